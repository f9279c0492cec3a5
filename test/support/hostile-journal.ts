import type { JournalEvent } from '../../src/journal/index.ts';

/** What an attacker who names things would call them. */
const attack = `"'><script>alert(1)</script><img src=x onerror=alert(2)><!--`;

/** Fields whose values openbell chooses itself, and those that are no text. */
const own = new Set(
  [
    'type apiVersion kind originWall state step change phase ready role severity outcome targetKind status',
    'service response lateness level url connectionPolicy expectations runId openbellVersion',
  ].flatMap((names) => names.split(' ')),
);

/**
 * The journal with an attack in every text that comes from outside: names of pods, nodes and everything else, messages,
 * reasons, images of the scenario, facts of the cluster. The same text becomes the same attack, so that the run's story
 * stays. `${field}` at the end of each tells in a page where it came from.
 */
export function hostileJournal(events: readonly JournalEvent[]): JournalEvent[] {
  const names = new Map<string, string>();
  const poisoned = (text: string, field: string): string => {
    const known = names.get(text);
    if (known !== undefined) return known;
    const made = `${text}${attack}${field}`;
    names.set(text, made);
    return made;
  };
  const walk = (value: unknown, field: string): unknown => {
    if (typeof value === 'string')
      return own.has(field.split('.').at(-1) ?? '') ? value : poisoned(value, field);
    if (Array.isArray(value)) return value.map((item) => walk(item, field));
    if (value === null || typeof value !== 'object') return value;
    const byName = /\.(pods|facts)$/.test(field);
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [
        byName ? poisoned(key, `${field}.key`) : key,
        walk(item, byName ? field.replace(/\.\w+$/, '.item') : `${field}.${key}`),
      ]),
    );
  };
  return events.map((event) => walk(event, event.type) as JournalEvent);
}
