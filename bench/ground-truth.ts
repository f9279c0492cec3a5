/**
 * How true the measures of healing are: faults are injected while the pods themselves tell when they died, started, were found
 * ready and answered clients, while a second client watches the API, and each measure of the report is held against that.
 * `node bench/ground-truth.ts [runs]`; six runs of eight killed pods and two lost nodes (the default) take about six minutes and write
 * `docs/ground-truth.md`. The machine should have nothing else to do.
 */
import { mkdtempDisposableSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { FaultFinding, Findings } from '../src/analysis/index.ts';
import { embeddedProvider, type ClusterProvider } from '../src/cluster/index.ts';
import { runScenario } from '../src/harness/index.ts';
import { parseScenario } from '../src/scenario/index.ts';
import { monotonicMs } from '../src/support/index.ts';
import { onlooker, type Change } from './support/onlooker.ts';
import { truthPage, type Errors } from './support/truth-page.ts';
import { openLedger, type Truth } from './support/witness-ledger.ts';

const manifests = `apiVersion: apps/v1
kind: Deployment
metadata: { name: witness }
spec:
  replicas: 1
  selector: { matchLabels: { app: witness } }
  template:
    metadata: { labels: { app: witness } }
    spec:
      containers:
        - name: witness
          image: witness:1
          env:
            - { name: POD_NAME, valueFrom: { fieldRef: { fieldPath: metadata.name } } }
            - { name: NODE_NAME, valueFrom: { fieldRef: { fieldPath: spec.nodeName } } }
            - { name: POD_IP, valueFrom: { fieldRef: { fieldPath: status.podIP } } }
          ports: [{ containerPort: 8080 }]
          readinessProbe: { httpGet: { path: /readyz, port: 8080 }, periodSeconds: 1 }
---
apiVersion: v1
kind: Service
metadata: { name: witness }
spec:
  type: NodePort
  selector: { app: witness }
  ports: [{ port: 80, targetPort: 8080 }]
`;

const runs = Number(process.argv[2] ?? 6);
const ratePerSecond = 100;
/** What the API shows of a fault may come before its process is gone; so long before, ms. */
const slackMs = 1000;
/** Good service before and after a fault in which requests are counted, ms. */
const edgeMs = 300;
const program = fileURLToPath(new URL('programs/witness.ts', import.meta.url));
using folder = mkdtempDisposableSync(path.join(tmpdir(), 'ob-truth-'));

/** By measure: reported less true. */
const errors: Errors = new Map();
const hits = { pods: 0, nodes: 0 };
for (let run = 1; run <= runs; run += 1) {
  const socket = path.join(folder.path, `${run}.sock`);
  const ledger = await openLedger(socket);
  const onlookers: Awaited<ReturnType<typeof onlooker>>[] = [];
  const embedded = embeddedProvider();
  const provider: ClusterProvider = {
    ...embedded,
    async create(spec, options) {
      const cluster = await embedded.create(spec, options);
      onlookers.push(await onlooker(cluster.kubeconfig()));
      return cluster;
    },
  };
  const originMs = monotonicMs();
  let startMs = originMs;
  const { findings } = await runScenario({
    scenario: await parseScenario(scenarioText(socket), path.join(folder.path, 'scenario.yaml')),
    provider,
    outDir: folder.path,
    seed: run,
    keep: false,
    startedAtMs: originMs,
    signal: new AbortController().signal,
    hardSignal: new AbortController().signal,
    observer: {
      onEvent: (event) => {
        if (event.type === 'traffic.start') startMs = originMs + event.t;
      },
    },
  });
  const seen = (await Promise.all(onlookers.map((one) => one.end()))).flat();
  const truths = await ledger.end();
  const before = hits.pods + hits.nodes;
  for (const fault of findings.faults) compare(fault, findings, { truths, seen, originMs, startMs });
  console.error(
    `run ${run} of ${runs}: ${hits.pods + hits.nodes - before} faults that hit; ${findings.verdictSentence}`,
  );
}

const text = truthPage({
  errors,
  hits,
  machine: `${cpus().length} × ${cpus()[0]?.model.trim()}, Node ${process.version}`,
});
console.log(text);
if (process.argv[2] === undefined) writeFileSync(new URL('../docs/ground-truth.md', import.meta.url), text);

interface Witnessed {
  truths: readonly Truth[];
  seen: readonly Change[];
  /** Both in ms of the machine's monotonic clock. */
  originMs: number;
  startMs: number;
}

/** One replica, so that the service is gone exactly as long as its pod is. */
function compare(fault: FaultFinding, { pods, rerouting }: Findings, told: Witnessed): void {
  const { truths, seen, originMs } = told;
  const truthOf = (name: string | undefined): Truth | undefined => truths.find(({ pod }) => pod === name);
  const [lost, replacement] = [truthOf(fault.lostPods[0]), truthOf(fault.replacementPods[0])];
  const found = pods.find(({ name }) => name === replacement?.pod);
  if (lost === undefined || lost.goneMs === null || replacement === undefined || found === undefined) return;
  hits[fault.type === 'kill-node' ? 'nodes' : 'pods'] += 1;
  const { goneMs } = lost;
  const { readyMs, servedMs } = replacement;
  const first = (holds: (change: Change) => boolean): number | null =>
    seen.find((change) => change.atMs > goneMs - slackMs && holds(change))?.atMs ?? null;
  const slices = seen.filter(({ kind }) => kind === 'EndpointSlice');
  const leftMs =
    slices.find(({ atMs, listed }) => atMs > goneMs - slackMs && !listed.includes(lost.pod))?.atMs ?? null;
  const joinedMs = slices.find(({ listed }) => listed.includes(replacement.pod))?.atMs ?? null;
  const createdMs = first(({ name }) => name === replacement.pod);
  const shownRunningMs = first(({ name, running }) => name === replacement.pod && running);
  const shownReadyMs = first(({ name, ready }) => name === replacement.pod && ready);
  const noticedMs =
    fault.type === 'kill-node'
      ? first(({ kind, name, ready }) => kind === 'Node' && name === fault.target && !ready)
      : first(({ name, type, terminating }) => name === lost.pod && (type === 'DELETED' || terminating));
  // A pod that is killed through the API may be gone from it before its process is.
  const reactedMs = Math.max(goneMs, Math.min(...[noticedMs, leftMs, createdMs].filter((t) => t !== null)));
  const step = (name: string): number | null =>
    fault.waterfall.find((row) => row.step === name)?.atMs ?? null;
  const departure = rerouting.departures.find(({ pod }) => pod === lost.pod);

  const instant = (measure: string, reported: number | null | undefined, truth: number | null): void => {
    if (reported !== null && reported !== undefined && truth !== null)
      note(measure, reported - (truth - originMs));
  };
  const duration = (measure: string, reported: number | null, truth: number | null): void => {
    if (reported !== null && truth !== null) note(measure, reported - truth);
  };
  const since = (fromMs: number, toMs: number | null): number | null =>
    toMs === null ? null : toMs - fromMs;
  duration('reaction', fault.reactionMs, reactedMs - goneMs);
  duration('repair', fault.repairMs, since(reactedMs, readyMs));
  duration('recovery', fault.recoveryMs, since(reactedMs, servedMs));
  duration('outage', fault.outageMs, since(goneMs, servedMs));
  instant('instant of the fault', fault.injectedMs, goneMs);
  instant('detected', step('detected'), noticedMs === null ? null : Math.max(goneMs, noticedMs));
  instant('out of rotation', step('out of rotation'), leftMs === null ? null : Math.max(goneMs, leftMs));
  instant('replacement created', step('replacement created'), createdMs && Math.max(goneMs, createdMs));
  instant('started, by its process', found.startedMs, replacement.startedMs);
  instant('started, by the API', found.startedMs, shownRunningMs);
  instant('ready, by the probe it answered', found.readyMs, readyMs);
  instant('ready, by the API', found.readyMs, shownReadyMs);
  instant('in rotation', step('in rotation'), joinedMs);
  instant('first request served', step('first request served'), servedMs);
  instant('rerouting: a pod gone', departure?.diedMs, goneMs);
  const error = fault.lost - trulyLost(told, { goneMs, servedMs });
  note('lost', error);
  if (Math.abs(error) > lost.asked - lost.answersMs.length) note('lost unexplained', error);
}

/**
 * By how many the requests that had been due and not answered grew over the fault. One may be under way at any single instant, some
 * milliseconds between its being due and its answer; of the many instants before and after at which the next one was due, the
 * least number has none.
 */
function trulyLost(
  { truths, startMs }: Witnessed,
  { goneMs, servedMs }: { goneMs: number; servedMs: number | null },
): number {
  const everyMs = 1000 / ratePerSecond;
  const answers = truths.flatMap(({ answersMs }) => answersMs);
  const unanswered = (fromMs: number, toMs: number): number => {
    const first = Math.ceil((fromMs - startMs) / everyMs);
    const number = Math.floor((toMs - startMs) / everyMs) - first + 1;
    const dues = Array.from({ length: number }, (_, index) => first + index);
    return Math.min(...dues.map((due) => due - answers.filter((t) => t < startMs + due * everyMs).length));
  };
  const goodMs = (servedMs ?? goneMs) + edgeMs;
  return unanswered(goodMs, goodMs + edgeMs) - unanswered(goneMs - edgeMs, goneMs);
}

function note(measure: string, error: number): void {
  errors.set(measure, [...(errors.get(measure) ?? []), error]);
}

function scenarioText(socket: string): string {
  writeFileSync(path.join(folder.path, 'witness.yaml'), manifests);
  const kills = [2, 5, 8, 11, 14, 17, 20, 23].map((at) => `  - { type: kill-pod, at: ${at}s }`);
  // Whichever node the pod is on at first, one of the two takes it.
  const losses = [27, 38].map(
    (at, index) => `  - { type: kill-node, at: ${at}s, for: 7s, node: worker-${index + 1} }`,
  );
  return `apiVersion: openbell.dev/v1
kind: Scenario
metadata: { name: ground-truth }
cluster: { workers: 2, capacity: { cpu: 2, memory: 1Gi } }
timing: { speedup: 20, unreachableToleration: 20s, notReadyToleration: 20s }
workload:
  manifests:
    files: [witness.yaml]
    service: witness
    images:
      - name: "witness:1"
        command: [node, ${program}]
        workingDir: ${path.dirname(program)}
        env: { WITNESS: ${socket} }
traffic:
  phases: [{ name: all, duration: 50s, rate: ${ratePerSecond}/s }]
  requests: [{ name: ask, path: / }]
  connections: 100
  timeout: 500ms
  reconnectEvery: 1 requests
faults:
${[...kills, ...losses].join('\n')}
`;
}
