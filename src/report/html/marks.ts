import type { Findings, Mark } from '../../analysis/index.ts';
import { shortNames } from './names.ts';

/** A mark as the lanes show it. */
export interface PageMark {
  /** Seconds on the run's clock. */
  t: number;
  /** A fault that is undone is a kind of its own. */
  kind: Mark['kind'] | 'undone';
  /** What stands at the line where there is little room: `F1`, `2→4`, `N1`; a phase's name. */
  code: string;
  /** What stands there where there is more: `F1 kill-pod`. */
  short: string;
  /** All of it. */
  label: string;
}

/**
 * The marks in order of time, with codes by which they can be told apart: faults are numbered as the report's fault sections
 * are, decisions of the autoscaler read `from→to`, changes of nodes are numbered.
 */
export function pageMarks(findings: Findings): PageMark[] {
  let nodes = 0;
  return [...findings.marks]
    .sort((a, b) => a.t - b.t)
    .map((mark) => {
      const { kind, label } = mark;
      const t = Math.round(mark.t) / 1000;
      switch (kind) {
        case 'fault':
          return { t, ...faultMark(findings.faults, mark) };
        case 'scaling': {
          const decision = nearest(findings.scaling, ({ atMs }) => atMs, mark.t);
          const code = decision === undefined ? label : `${decision.from}→${decision.to}`;
          return { t, kind, code, short: code, label };
        }
        case 'node':
          nodes += 1;
          return { t, kind, code: `N${nodes}`, short: nodeChange(findings, mark), label };
        default:
          return { t, kind, code: label, short: label, label };
      }
    });
}

/** `worker-2 down`, `worker-2 back`: what is known of the node's states says it shorter than the mark. */
function nodeChange(findings: Findings, { t, label }: Mark): string {
  const names = shortNames(findings);
  for (const { name, states } of findings.nodes) {
    const at = states.findIndex(({ fromMs }) => fromMs === t);
    if (at < 0 || !label.startsWith(`${name} `)) continue;
    if (states[at]?.state !== 'ready') return `${names.short(name)} down`;
    const wasReady = states.slice(0, at).some(({ state }) => state === 'ready');
    return `${names.short(name)} ${wasReady ? 'back' : 'ready'}`;
  }
  return label;
}

function faultMark(faults: Findings['faults'], { t, label }: Mark): Omit<PageMark, 't'> {
  const injected = nearest(faults, ({ injectedMs }) => injectedMs, t);
  if (injected !== undefined) {
    const code = faultCode(faults.indexOf(injected));
    return { kind: 'fault', code, short: `${code} ${injected.type}`, label };
  }
  const undone = nearest(faults, ({ undoneMs }) => undoneMs ?? Infinity, t);
  if (undone === undefined) return { kind: 'fault', code: 'F?', short: label, label };
  const code = `${faultCode(faults.indexOf(undone))} undone`;
  return { kind: 'undone', code, short: code, label };
}

/** The code of the fault at that place in the findings, counted from 0. */
export function faultCode(index: number): string {
  return `F${index + 1}`;
}

/** The item whose instant lies within 250 ms of `t` and is nearest to it. */
function nearest<T>(items: readonly T[], instantOf: (item: T) => number, t: number): T | undefined {
  const distance = (item: T): number => Math.abs(instantOf(item) - t);
  return items
    .filter((item) => distance(item) <= 250)
    .reduce<T | undefined>(
      (best, item) => (best !== undefined && distance(best) <= distance(item) ? best : item),
      undefined,
    );
}
