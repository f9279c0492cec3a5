/**
 * How true the measures of healing are: faults are injected while the pods themselves tell when they died, started, were found
 * ready and first answered a client, and each measure of the report is held against that. `node bench/ground-truth.ts [runs]`;
 * five runs of eight killed pods and two lost nodes (the default) take about five minutes. The machine should have nothing else to do.
 */
import { mkdtempDisposableSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { quantile, sorted, type FaultFinding, type Findings } from '../src/analysis/index.ts';
import { embeddedProvider } from '../src/cluster/index.ts';
import { runScenario } from '../src/harness/index.ts';
import { parseScenario } from '../src/scenario/index.ts';
import { monotonicMs } from '../src/support/index.ts';
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

const runs = Number(process.argv[2] ?? 5);
const program = fileURLToPath(new URL('programs/witness.ts', import.meta.url));
using folder = mkdtempDisposableSync(path.join(tmpdir(), 'ob-truth-'));

/** By measure: reported less true, ms. */
const errors = new Map<string, number[]>();
let faults = 0;
for (let run = 1; run <= runs; run += 1) {
  const socket = path.join(folder.path, `${run}.sock`);
  const ledger = await openLedger(socket);
  const originMs = monotonicMs();
  const { findings } = await runScenario({
    scenario: await parseScenario(scenarioText(socket), path.join(folder.path, 'scenario.yaml')),
    provider: embeddedProvider(),
    outDir: folder.path,
    seed: run,
    keep: false,
    startedAtMs: originMs,
    signal: new AbortController().signal,
    hardSignal: new AbortController().signal,
  });
  const truths = await ledger.end();
  const before = faults;
  for (const fault of findings.faults) compare(fault, findings, { truths, originMs });
  console.error(`run ${run} of ${runs}: ${faults - before} faults that hit; ${findings.verdictSentence}`);
}

console.log(
  `${faults} faults that hit. Error: by how much what is reported differs from what the processes say.`,
);
console.log('Goal: median ≤ 20 ms, p95 ≤ 50 ms. Bias: above 0 where more is reported than is true.');
console.table(
  Object.fromEntries(
    [...errors].map(([measure, all]) => {
      const sizes = sorted(all.map(Math.abs));
      const ms = (of: readonly number[], share: number): string => `${quantile(of, share).toFixed(1)} ms`;
      const row = { n: all.length, median: ms(sizes, 0.5), p95: ms(sizes, 0.95), bias: ms(sorted(all), 0.5) };
      return [measure, row];
    }),
  ),
);

/** One replica, so that the service is gone exactly as long as its pod is. */
function compare(
  { injectedMs, outageMs, lostPods, replacementPods, waterfall }: FaultFinding,
  { pods }: Findings,
  { truths, originMs }: { truths: readonly Truth[]; originMs: number },
): void {
  const truthOf = (name: string | undefined): Truth | undefined => truths.find(({ pod }) => pod === name);
  const [lost, replacement] = [truthOf(lostPods[0]), truthOf(replacementPods[0])];
  const found = pods.find(({ name }) => name === replacement?.pod);
  if (lost === undefined || lost.goneMs === null || replacement === undefined || found === undefined) return;
  faults += 1;
  const { goneMs } = lost;
  const instant = (measure: string, reported: number | null | undefined, truth: number | null): void => {
    if (reported !== null && reported !== undefined && truth !== null) {
      note(measure, reported - (truth - originMs));
    }
  };
  instant('instant of the fault', injectedMs, goneMs);
  instant('replacement started', found.startedMs, replacement.startedMs);
  instant('replacement Ready', found.readyMs, replacement.readyMs);
  instant('first request served', waterfall.at(-1)?.atMs, replacement.servedMs);
  if (outageMs !== null && replacement.servedMs !== null) {
    note('outage', outageMs - (replacement.servedMs - goneMs));
  }
}

function note(measure: string, error: number): void {
  errors.set(measure, [...(errors.get(measure) ?? []), error]);
}

function scenarioText(socket: string): string {
  writeFileSync(path.join(folder.path, 'witness.yaml'), manifests);
  const kills = [2, 5, 8, 11, 14, 17, 20, 23].map((at) => `  - { type: kill-pod, at: ${at}s }`);
  const losses = [27, 38].map((at) => `  - { type: kill-node, at: ${at}s, for: 7s }`);
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
  phases: [{ name: all, duration: 50s, rate: 100/s }]
  requests: [{ name: ask, path: / }]
  connections: 100
  timeout: 500ms
  reconnectEvery: 1 requests
faults:
${[...kills, ...losses].join('\n')}
`;
}
