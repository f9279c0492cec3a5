import type { Findings } from '../../analysis/index.ts';
import { html, type Markup } from './markup.ts';

/** The end that Kubernetes gives to a generated name: five letters and digits that cannot be mistaken for words. */
const generatedEnd = /-([bcdfghjklmnpqrstvwxz2456789]{5})$/;

/** Pods by the short names under which the page shows them. */
export interface PodNames {
  /** The pod's name in short; any other name as it is. */
  short(name: string): string;
  /** A sentence in which every pod is called by its short name. */
  inText(text: string): string;
  /** What the names begin with that are shown in short, if all begin alike; '' else. */
  prefix: string;
}

/**
 * Short names for the run's pods: of a name that Kubernetes generated its end, as long as no other pod has the same; people
 * tell the pods of one ReplicaSet apart by it.
 */
export function podNames(findings: Findings): PodNames {
  let names = known.get(findings);
  if (names === undefined) known.set(findings, (names = namesOf(findings)));
  return names;
}

/** Every part of the page asks for them. */
const known = new WeakMap<Findings, PodNames>();

function namesOf({ pods, faults }: Findings): PodNames {
  const all = new Set([
    ...pods.map(({ name }) => name),
    ...faults.flatMap(({ lostPods, replacementPods }) => [...lostPods, ...replacementPods]),
  ]);
  const ends = [...all].map((name) => [name, generatedEnd.exec(name)?.[1]] as const);
  const uses = new Map<string, number>();
  for (const [, end] of ends) if (end !== undefined) uses.set(end, (uses.get(end) ?? 0) + 1);
  const shorts = new Map<string, string>();
  for (const [name, end] of ends) if (end !== undefined && uses.get(end) === 1) shorts.set(name, end);
  const prefixes = new Set([...shorts].map(([name, end]) => name.slice(0, -end.length)));
  return {
    short: (name) => shorts.get(name) ?? name,
    inText: (text) => text.replaceAll(/[a-z0-9][a-z0-9.-]*[a-z0-9]/g, (word) => shorts.get(word) ?? word),
    prefix: prefixes.size === 1 ? ([...prefixes][0] ?? '') : '',
  };
}

/** A pod by its short name; the whole one appears when it is pointed at. */
export function podName(names: PodNames, name: string): Markup {
  const short = names.short(name);
  return short === name
    ? html`<span class="name">${name}</span>`
    : html`<span class="name" title="${name}">${short}</span>`;
}
