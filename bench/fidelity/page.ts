import { medianDifference, summarise, type Summary } from '../../src/analysis/index.ts';
import { stepsOf, type Measure } from './measures.ts';
import { scenarioNames, sides, type ScenarioName, type Side } from './names.ts';
import type { Run } from './read.ts';
import { reasonOf } from './reasons.ts';

/** A difference from here on needs a reason: as a share of kind's median, or in ms. */
const limitShare = 0.1;
const limitMs = 100;
/** Below this a difference is what writing to the API and hearing of it costs, ms. */
const noiseMs = 25;

const titles: Record<ScenarioName, string> = {
  'pod-kill': 'Healing: a pod is killed',
  'node-loss': 'Healing: a node is lost',
  'scale-up': 'Scaling: the load grows fivefold',
};
const sideTitles: Record<Side, string> = {
  embedded: 'embedded',
  kind: 'kind',
  'embedded-with-container-start': 'embedded, `containerStart`',
};

/** The page `docs/fidelity.md`. */
export function fidelityPage({
  runs,
  boots,
}: {
  runs: readonly Run[];
  boots: Readonly<Record<Side, readonly number[]>>;
}): string {
  const [first] = runs;
  if (first === undefined) return 'No runs yet.\n';
  const { machine } = first;
  const shown = sides.filter((side) => runs.some((run) => run.side === side));
  const of = (side: Side, scenario: ScenarioName): Run[] =>
    runs.filter((run) => run.side === side && run.scenario === scenario);
  return `# How faithful the embedded cluster is

Written by \`node bench/fidelity.ts\`; not edited by hand. ${machine.cores} × ${machine.cpuModel}, Node ${machine.nodeVersion}.

The same three scenarios (\`bench/fidelity/*.yaml\`) were played on the embedded cluster and on kind, in turn on a cluster that was
kept, with the same seeds and the same timings: speed-up 10, every timer at a value that kind follows exactly. ${timingsSay(runs)}

Times are medians with their 95 % interval (percentile bootstrap). Each step is counted from the step that causes it, so that a
difference stands where it arises. ${shown.includes('embedded-with-container-start') ? `The third column is the embedded cluster with \`embedded.containerStart: ${containerStartOf(runs)}\`, the difference that the first two showed in pod-kill.` : ''}

## Boot

| | ${shown.map((side) => sideTitles[side]).join(' | ')} |
|---|${shown.map(() => '---:|').join('')}
| until every node is Ready and metrics are served | ${shown.map((side) => cell(summarise(boots[side]))).join(' | ')} |
| boots | ${shown.map((side) => boots[side].length).join(' | ')} |
| Kubernetes | ${shown.map((side) => runs.find((run) => run.side === side)?.cluster.kubernetesVersion).join(' | ')} |

${scenarioNames.map((name) => section(name, shown, of)).join('\n')}`;
}

function section(
  scenario: ScenarioName,
  shown: readonly Side[],
  of: (side: Side, scenario: ScenarioName) => Run[],
): string {
  const steps = stepsOf(scenario === 'scale-up' ? 'scaling' : 'healing');
  const values = (side: Side, step: string, which: keyof Measure): number[] =>
    of(side, scenario).flatMap(({ measures }) => measures[step]?.[which] ?? []);
  const rows = steps.map(({ step, cause }) => {
    const [embedded, kind] = [values('embedded', step, 'ownMs'), values('kind', step, 'ownMs')];
    const sums = shown.map((side) => summarise(values(side, step, 'ownMs')));
    const [a, b] = [summarise(embedded), summarise(kind)];
    const ratio = a === null || b === null || b.median < 1 ? '–' : (a.median / b.median).toFixed(2);
    return `| ${step} | ${cause} | ${sums.map(cell).join(' | ')} | ${ratio} |`;
  });
  const totals = steps.map(
    ({ step }) =>
      `| ${step} | ${shown.map((side) => cell(summarise(values(side, step, 'sinceMs')))).join(' | ')} |`,
  );
  const differences = steps.flatMap(({ step }) =>
    differenceOf(scenario, step, values('embedded', step, 'ownMs'), values('kind', step, 'ownMs')),
  );
  const origin = scenario === 'scale-up' ? 'the rise of the load' : 'the fault';
  return `## ${titles[scenario]}

${countsOf(shown, (side) => of(side, scenario))}

| step | after | ${shown.map((side) => sideTitles[side]).join(' | ')} | embedded ÷ kind |
|---|---|${shown.map(() => '---:|').join('')}---:|
${rows.join('\n')}

Since ${origin}:

| step | ${shown.map((side) => sideTitles[side]).join(' | ')} |
|---|${shown.map(() => '---:|').join('')}
${totals.join('\n')}

Differences over ${limitShare * 100} % or ${limitMs} ms, embedded − kind:

${differences.length === 0 ? 'None.' : `| step | difference | why, and what was done |\n|---|---:|---|\n${differences.join('\n')}`}
`;
}

/** A row for a difference that is over the limits; none otherwise. */
function differenceOf(
  scenario: ScenarioName,
  step: string,
  embedded: readonly number[],
  kind: readonly number[],
): string[] {
  const [a, b] = [summarise(embedded), summarise(kind)];
  if (a === null || b === null) return [`| ${step} | – | not seen on ${a === null ? 'embedded' : 'kind'} |`];
  const { difference, interval } = medianDifference(kind, embedded);
  if (Math.abs(difference) <= limitMs && Math.abs(difference) <= limitShare * b.median) return [];
  const range = interval === null ? '' : ` [${time(interval.low)}, ${time(interval.high)}]`;
  const chance = interval !== null && interval.low <= 0 && interval.high >= 0;
  const small = Math.abs(difference) < noiseMs;
  const why = small
    ? [`below ${noiseMs} ms: what a write to the API and a watch cost`]
    : [...(chance ? ['chance may explain it: the interval includes 0'] : []), ...reasonOf(scenario, step)];
  return [
    `| ${step} | ${time(difference)}${range} | ${why.length === 0 ? '**unexplained**' : why.join('; ')} |`,
  ];
}

function countsOf(shown: readonly Side[], of: (side: Side) => Run[]): string {
  const counts = shown.map((side) => {
    const runs = of(side);
    const doubtful = runs.filter(({ trusted }) => !trusted).length;
    const so = doubtful === 0 ? '' : `, ${doubtful} of them disturbed by other work`;
    return `${runs.length} on ${sideTitles[side]}${so}`;
  });
  return `Runs: ${counts.join('; ')}.`;
}

/** Whether both really were told the same. */
function timingsSay(runs: readonly Run[]): string {
  const differing = new Set<string>();
  const [first] = runs;
  for (const { cluster } of runs) {
    for (const text of cluster.notFollowed) differing.add(text);
    for (const [name, value] of Object.entries(cluster.timings))
      if (first?.cluster.timings[name] !== value)
        differing.add(
          `${name} is ${value} on ${cluster.provider}, ${first?.cluster.timings[name]} elsewhere`,
        );
  }
  return differing.size === 0
    ? 'Each run says so in its journal.'
    : `**Not equal:** ${[...differing].join('; ')}.`;
}

function containerStartOf(runs: readonly Run[]): string {
  const run = runs.find(({ side }) => side === 'embedded-with-container-start');
  return run?.cluster.facts['container start'] ?? '?';
}

function cell(summary: Summary | null): string {
  if (summary === null) return '–';
  const { median, interval } = summary;
  return interval === null
    ? `${time(median)} (n = ${summary.n})`
    : `${time(median)} [${time(interval.low)}, ${time(interval.high)}]`;
}

/** Whole ms below a second, else seconds. */
function time(ms: number): string {
  return Math.abs(ms) < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(2)} s`;
}
