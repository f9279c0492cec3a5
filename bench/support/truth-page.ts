import { quantile, sorted } from '../../src/analysis/index.ts';

/** By measure: what was reported less what is true, of each fault. */
export type Errors = Map<string, number[]>;

const goal = { medianMs: 20, p95Ms: 50 };

/** What each measure is held against. */
const truths: Record<string, string> = {
  reaction: 'the first change that a second client saw, less the death of the process',
  repair: 'the first probe that the replacement answered, less that first change',
  recovery: 'the first request that the replacement answered, less that first change',
  outage: 'the first request that the replacement answered, less the death of the process',
  'instant of the fault': 'the kernel closes the dead process’s socket',
  detected: 'a second client of the API',
  'out of rotation': 'a second client of the API',
  'replacement created': 'a second client of the API',
  'started, by its process': 'the replacement’s own clock at its start',
  'started, by the API': 'a second client of the API',
  'ready, by the probe it answered': 'the replacement’s own clock when it answered its first probe',
  'ready, by the API': 'a second client of the API',
  'in rotation': 'a second client of the API',
  'first request served': 'the replacement’s own clock when it answered',
  'rerouting: a pod gone': 'the kernel closes the dead process’s socket',
};

/** The page `docs/ground-truth.md`. */
export function truthPage({
  errors,
  hits,
  machine,
}: {
  errors: Errors;
  hits: { pods: number; nodes: number };
  machine: string;
}): string {
  const durations = ['reaction', 'repair', 'recovery', 'outage'];
  const instants = Object.keys(truths).filter((measure) => !durations.includes(measure));
  const lost = errors.get('lost') ?? [];
  const exact = lost.filter((error) => error === 0).length;
  const unexplained = errors.get('lost unexplained')?.length ?? 0;
  return `# How true the measures are

Written by \`node bench/ground-truth.ts\`; not edited by hand. ${machine}.

${hits.pods + hits.nodes} faults were injected on the embedded cluster (${hits.pods} killed pods, ${hits.nodes} lost nodes; speed-up 20; one replica, so that the service is gone as long as its pod is; 100 requests/s,
so that the client sees the service every 10 ms). The pods told when they started, answered their first probe and answered each request, by the machine's
monotonic clock; the kernel told when they died, by closing their sockets; a second client, on a thread with nothing else to do, watched the API. None of them shares
code with what is measured. An error is what the report says less what they say.

Goal: median of the errors' sizes ≤ ${goal.medianMs} ms, 95th percentile ≤ ${goal.p95Ms} ms.

## Durations

${table(durations, errors)}

## Instants

${table(instants, errors)}

## Lost requests

By how many the requests that were due and that no pod answered grew over each fault, against the requests that the report puts down to
it: equal for ${exact} of ${lost.length} faults${
    exact === lost.length
      ? ''
      : `, off by at most ${Math.max(...lost.map(Math.abs))}; in sum ${signed(lost.reduce((sum, error) => sum + error, 0))}`
  }.${
    exact === lost.length
      ? ''
      : ` A pod tells of an answer when it has handed it to the operating system: what became of a request that reached the pod and was not told
answered when it died, only its client knows, and by so many the two counts may differ. ${unexplained === 0 ? 'That is all that they differ by.' : `Of ${unexplained} faults that does not explain the difference.`}`
  }

**Bias** is the median of the errors with their sign: above 0 where more is reported than is true. What is read through a watch cannot be early; a bias of a few
milliseconds is the way of the news, and the pace of arrivals (10 ms) limits what clients can see of an outage. *Started* is what the kubelet's status
says, and a kubelet learns that a container runs at its next look (\`podRelist\`: 1 s in Kubernetes, 50 ms at this speed-up): beside the
process it is so late by definition.
`;
}

function table(measures: readonly string[], errors: Errors): string {
  const rows = measures.map((measure) => {
    const all = errors.get(measure) ?? [];
    if (all.length === 0) return `| ${measure} | ${truths[measure]} | 0 | – | – | – | – | – |`;
    const sizes = sorted(all.map(Math.abs));
    const [median, p95] = [quantile(sizes, 0.5), quantile(sizes, 0.95)];
    const met = median <= goal.medianMs && p95 <= goal.p95Ms ? 'yes' : 'no';
    const cells = [median, p95, sizes.at(-1) ?? 0].map((ms) => ms.toFixed(1));
    return `| ${measure} | ${truths[measure]} | ${all.length} | ${cells.join(' | ')} | ${signed(Number(quantile(sorted(all), 0.5).toFixed(1)))} | ${met} |`;
  });
  return `| measure | held against | n | median, ms | p95, ms | worst, ms | bias, ms | goal met |
|---|---|---:|---:|---:|---:|---:|---|
${rows.join('\n')}`;
}

function signed(value: number): string {
  return value > 0 ? `+${value}` : String(value);
}
