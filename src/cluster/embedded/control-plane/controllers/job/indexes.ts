/** Completion indexes of Indexed Jobs and the text in which a status lists them: `0-2,5`. Pure. */
import type { Pod } from '../../../objects.ts';

export const indexKey = 'batch.kubernetes.io/job-completion-index';

/** The pod's completion index; undefined where it has none. */
export function indexOf({ metadata }: Pod): number | undefined {
  const text = metadata?.annotations?.[indexKey];
  return text === undefined ? undefined : Number(text);
}

/** @returns the indexes below `completions`. */
export function parseIndexes(text: string | undefined, completions: number): Set<number> {
  const indexes = new Set<number>();
  for (const part of (text ?? '').split(',').filter((part) => part !== '')) {
    const [first = 0, last = first] = part.split('-').map(Number);
    for (let index = first; index <= last && index < completions; index += 1) indexes.add(index);
  }
  return indexes;
}

export function printIndexes(indexes: Iterable<number>): string {
  const runs: [number, number][] = [];
  for (const index of [...indexes].sort((a, b) => a - b)) {
    const run = runs.at(-1);
    if (run !== undefined && index === run[1] + 1) run[1] = index;
    else runs.push([index, index]);
  }
  return runs
    .map(([first, last]) =>
      first === last ? `${first}` : `${first}${last === first + 1 ? ',' : '-'}${last}`,
    )
    .join(',');
}
