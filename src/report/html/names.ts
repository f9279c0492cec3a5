import type { Findings } from '../../analysis/index.ts';
import { html, type Markup } from './markup.ts';

/** The end that Kubernetes gives to a generated name: five letters and digits that cannot be mistaken for words. */
const generatedEnd = /-([bcdfghjklmnpqrstvwxz2456789]{5})$/;

/** Pods and nodes by the short names under which the page shows them. */
export interface ShortNames {
  /** The pod's or node's name in short; any other name as it is. */
  short(name: string): string;
  /** A sentence in which every pod and node is called by its short name. */
  inText(text: string): string;
  /** What the pods' names begin with that are shown in short, if all begin alike; '' else. */
  prefix: string;
  /** What the nodes' names begin with, if they are shown without it; '' else. */
  nodePrefix: string;
}

/**
 * Short names for the run's pods and nodes: of a pod's name that Kubernetes generated its end, as long as no other pod has the
 * same; of nodes' names what tells them apart. People call them so.
 */
export function shortNames(findings: Findings): ShortNames {
  let names = known.get(findings);
  if (names === undefined) known.set(findings, (names = namesOf(findings)));
  return names;
}

/** Every part of the page asks for them. */
const known = new WeakMap<Findings, ShortNames>();

function namesOf(findings: Findings): ShortNames {
  const pods = shortPods(findings);
  const nodes = shortNodes(findings.nodes.map(({ name }) => name));
  const shorts = new Map([...nodes.shorts, ...pods]);
  const prefixes = new Set([...pods].map(([name, end]) => name.slice(0, -end.length)));
  return {
    short: (name) => shorts.get(name) ?? name,
    inText: (text) => text.replaceAll(/[a-z0-9][a-z0-9.-]*[a-z0-9]/g, (word) => shorts.get(word) ?? word),
    prefix: prefixes.size === 1 ? ([...prefixes][0] ?? '') : '',
    nodePrefix: nodes.prefix,
  };
}

function shortPods({ pods, faults }: Findings): Map<string, string> {
  const all = new Set([
    ...pods.map(({ name }) => name),
    ...faults.flatMap(({ lostPods, replacementPods }) => [...lostPods, ...replacementPods]),
  ]);
  const ends = [...all].map((name) => [name, generatedEnd.exec(name)?.[1]] as const);
  const uses = new Map<string, number>();
  for (const [, end] of ends) if (end !== undefined) uses.set(end, (uses.get(end) ?? 0) + 1);
  const shorts = new Map<string, string>();
  for (const [name, end] of ends) if (end !== undefined && uses.get(end) === 1) shorts.set(name, end);
  return shorts;
}

/**
 * Nodes without what all their names begin with, up to a hyphen or point: kind and the clouds put the cluster's name there. What
 * is left begins with a letter, since a bare number would not say what it counts: `worker-1` stays whole.
 */
function shortNodes(nodes: readonly string[]): { prefix: string; shorts: Map<string, string> } {
  const [first = '', ...others] = nodes;
  let length = others.length === 0 ? 0 : first.length;
  for (const name of others) while (!name.startsWith(first.slice(0, length))) length -= 1;
  const rests = (cut: string): string[] => nodes.map((name) => name.slice(cut.length));
  let prefix = first.slice(0, length);
  while (prefix !== '' && !(/[-.]$/.test(prefix) && rests(prefix).every((rest) => /^[a-z]/.test(rest))))
    prefix = prefix.slice(0, -1);
  return {
    prefix,
    shorts: new Map(prefix === '' ? [] : nodes.map((name) => [name, name.slice(prefix.length)])),
  };
}

/** A pod or node by its short name; the whole one appears when it is pointed at. */
export function shortName(names: ShortNames, name: string): Markup {
  const short = names.short(name);
  return short === name
    ? html`<span class="name">${name}</span>`
    : html`<span class="name" title="${name}">${short}</span>`;
}
