/** The finding of each chart in one line: what a reader would say after looking at it. */
import type { Findings } from '../../analysis/index.ts';
import { all, count, duration, instant, percent, plural, shortList } from './format.ts';
import { failuresInWords, maximum, shortageMs } from './sentences.ts';

/** What the load lane shows. */
export function loadTitle({ seconds, requests }: Findings): string {
  const peak = maximum(seconds, (second) => second.offered);
  if (peak === null || requests.scheduled === 0) return 'No traffic was recorded';
  const lost = requests.scheduled - requests.ok;
  const upTo = `at up to ${count(peak.value)} per second`;
  return lost <= 0
    ? `${all(requests.scheduled, 'request')} ended ok, ${upTo}`
    : `${percent(requests.ok / requests.scheduled)} of ${plural(requests.scheduled, 'request')} ended ok, ${upTo}; ${failuresInWords(requests)}`;
}

/** What the latency lane shows. */
export function latencyTitle({ seconds, latencyMs, plan }: Findings): string {
  const worst = maximum(seconds, (second) => second.p99Ms);
  if (worst === null) return 'No request was answered well, so there is no latency to show';
  const good = plan?.goodResponseMs ?? null;
  const over = good === null ? 0 : seconds.filter((second) => (second.p99Ms ?? 0) > good).length;
  const limit =
    good === null
      ? ''
      : over === 0
        ? `; the limit of ${duration(good)} was kept in every second`
        : `; above the limit of ${duration(good)} in ${plural(over, 'second')}`;
  return `p99 ${duration(latencyMs.response.p99)} over the run, ${duration(worst.value)} in its worst second, at ${instant(worst.of.t)}${limit}`;
}

/** What the pods lane shows. */
export function podsTitle({ replicas, durationMs, scaling }: Findings): string {
  const most = maximum(replicas, (point) => point.desired);
  if (replicas.length === 0 || most === null) return 'No pods were recorded';
  const first = scaling[0]?.from ?? most.value;
  const last = scaling.at(-1)?.to ?? most.value;
  const path = [first, most.value, last].filter((value, index, all) => value !== all[index - 1]);
  const moves =
    scaling.length === 0
      ? `${plural(most.value, 'pod')} throughout`
      : `${path.map(count).join(' → ')} pods in ${plural(scaling.length, 'decision')}`;
  const short = shortageMs(replicas, durationMs);
  return short < 50
    ? `${moves}, always as many in rotation as asked for`
    : `${moves}; for ${duration(short)} in all, fewer were in rotation than asked for`;
}

/** What the nodes lane shows. */
export function nodesTitle({ nodeCounts, nodes }: Findings): string {
  const most = maximum(nodeCounts, (point) => point.total);
  if (most === null) return 'No nodes were recorded';
  const away = nodes
    .filter(({ role }) => role === 'worker')
    .map(({ name, states }) => ({ name, ms: awayMs(states) }))
    .filter(({ ms }) => ms > 50);
  if (away.length === 0) return `${all(most.value, 'node')} stayed ready`;
  const names = shortList(
    away.map(({ name, ms }) => `${name} was down for ${duration(ms)}`),
    2,
  );
  return `${names}; the other ${count(most.value - away.length)} of ${plural(most.value, 'node')} stayed ready`;
}

/** How long a node was not ready after it had been, ms: joining is no loss. */
function awayMs(states: Findings['nodes'][number]['states']): number {
  const joined = states.findIndex(({ state }) => state === 'ready');
  return states
    .slice(Math.max(0, joined))
    .reduce((sum, { state, fromMs, toMs }) => (state === 'ready' ? sum : sum + toMs - fromMs), 0);
}

/** What the heat map of latency shows. */
export function heatTitle({ latencyMs: { response } }: Findings): string {
  return response.p50 === null
    ? 'No request was answered well'
    : `Half of the ok answers took up to ${duration(response.p50)}, 1 in 100 more than ${duration(response.p99)}, the slowest ${duration(response.max)}`;
}

/** What the chart of the pods' lives shows. */
export function ganttTitle({ pods, faults }: Findings): string {
  if (pods.length === 0) return 'No pod was seen';
  const nodes = new Set(pods.flatMap(({ node }) => node ?? [])).size;
  const lost = new Set(faults.flatMap(({ landedMs, lostPods }) => (landedMs === null ? [] : lostPods))).size;
  return `${plural(pods.length, 'pod')} lived on ${plural(nodes, 'node')}${lost === 0 ? '' : `; ${count(lost)} ${lost === 1 ? 'was' : 'were'} lost to faults`}`;
}

/** What the chart of requests per pod shows. */
export function servedTitle({ pods }: Findings): string {
  const served = pods.filter((pod) => pod.served > 0).map((pod) => pod.served);
  const total = served.reduce((sum, one) => sum + one, 0);
  if (total === 0) return 'No answer carried a pod’s name';
  return served.length === 1
    ? 'One pod answered everything'
    : `${plural(served.length, 'pod')} shared the answers; the busiest gave ${percent(Math.max(...served) / total)} of them`;
}

/** What the chart of connections per pod shows. */
export function connectionsTitle({ seconds }: Findings): string {
  const most = maximum(seconds, (second) => second.connectionsOpen);
  if (most === null || most.value === 0) return 'No connection was open at the end of any second';
  const pods = maximum(seconds, (second) => {
    let connected = 0;
    second.pods.forEach((_name, _served, connections) => (connected += connections > 0 ? 1 : 0));
    return connected;
  });
  return `At the end of a second up to ${plural(most.value, 'connection')} were open, to at most ${plural(pods?.value ?? 0, 'pod')}`;
}
