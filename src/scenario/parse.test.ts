import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadScenario, parseScenario, type Scenario } from './index.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'openbell-scenario-'));
});
afterAll(() => rm(folder, { recursive: true }));

const minimal = `apiVersion: openbell.dev/v1
kind: Scenario
metadata: { name: probe }
traffic:
  phases:
    - { name: calm, duration: 10s, rate: 20/s }
    - { name: surge, duration: 30s, rate: 120/s }
`;

const parse = (text: string): Promise<Scenario> => parseScenario(text, path.join(folder, 'probe.yaml'));

describe('a sound scenario', () => {
  it('needs little: a name and what arrives', async () => {
    const scenario = await parse(minimal);
    expect(scenario).toMatchObject({
      name: 'probe',
      title: 'probe',
      seed: null,
      source: minimal,
      workload: { kind: 'sample-api', replicas: 2, quoteWorkMs: 2, cpuLimitMilli: null, autoscaler: null },
      traffic: {
        requests: [{ method: 'GET', path: '/quote/AAPL' }],
        connections: 120,
        timeoutMs: 2000,
        connectionPolicy: { kind: 'keep' },
      },
      faults: [],
      expect: [],
      goodResponseMs: 500,
      warnings: [],
    });
    expect(scenario.cluster.workers.map(({ name }) => name)).toEqual(['worker-1', 'worker-2', 'worker-3']);
  });

  it('writes every rate shape in its own words', async () => {
    await writeFile(path.join(folder, 'trace.csv'), '# a morning\nseconds,rate\n0,5\n\n2.5,50\n10,0\n');
    const { traffic } = await parse(`${minimal}
    - { name: ramp, duration: 2s, rate: { ramp: { from: 1200/min, to: 40/s } } }
    - { name: step, duration: 2s, rate: { step: { from: 10/s, to: 40/s, steps: 4 } } }
    - { name: spike, duration: 2s, rate: { spike: { base: 10/s, peak: 90/s, width: 500ms } } }
    - { name: sine, duration: 1m, rate: { sine: { mean: 50/s, amplitude: 20/s, period: 30s } } }
    - { name: replay, duration: 10s, rate: { replay: { file: trace.csv } } }`);
    expect(traffic.phases.slice(1)).toEqual([
      { name: 'surge', durationMs: 30_000, rate: { kind: 'constant', rate: 120 } },
      { name: 'ramp', durationMs: 2000, rate: { kind: 'ramp', from: 20, to: 40 } },
      { name: 'step', durationMs: 2000, rate: { kind: 'step', from: 10, to: 40, steps: 4 } },
      {
        name: 'spike',
        durationMs: 2000,
        rate: { kind: 'spike', base: 10, peak: 90, atMs: 1000, widthMs: 500 },
      },
      { name: 'sine', durationMs: 60_000, rate: { kind: 'sine', mean: 50, amplitude: 20, periodMs: 30_000 } },
      {
        name: 'replay',
        durationMs: 10_000,
        rate: {
          kind: 'replay',
          points: [
            { atMs: 0, rate: 5 },
            { atMs: 2500, rate: 50 },
            { atMs: 10_000, rate: 0 },
          ],
        },
      },
    ]);
  });

  it('divides its timings by the speed-up, which the caller may set', async () => {
    const text = `${minimal}timing: { speedup: 10, unreachableToleration: 100s, hpaTolerance: 5% }\n`;
    const { cluster } = await parse(text);
    expect(cluster.timings).toMatchObject({
      speedup: 10,
      unreachableTolerationMs: 10_000,
      nodeMonitorGraceMs: 5000,
      hpaTolerance: 0.05,
    });
    const slower = await parseScenario(text, 'probe.yaml', { speedup: 5 });
    expect(slower.cluster.timings).toMatchObject({ speedup: 5, unreachableTolerationMs: 20_000 });
  });

  it('gives workers what all have and what is special about each', async () => {
    const { cluster } = await parse(`${minimal}cluster:
  workers: [{ name: small, cpu: 0.5, labels: { zone: a } }, {}]
  capacity: { cpu: 1500m, memory: 1Gi, pods: 20 }
  labels: { zone: b, disk: ssd }
`);
    const common = { memoryBytes: 2 ** 30, maxPods: 20 };
    expect(cluster.workers).toEqual([
      { name: 'small', cpuMilli: 500, labels: { zone: 'a', disk: 'ssd' }, ...common },
      { name: 'worker-2', cpuMilli: 1500, labels: { zone: 'b', disk: 'ssd' }, ...common },
    ]);
  });

  it('prepares as many spares as add-node faults bring, by names that are free', async () => {
    const { cluster, faults } = await parse(`${minimal}cluster:
  workers: [{ name: spare-1 }]
  labels: { disk: ssd }
  kubernetesVersion: 1.33.2
faults:
  - { type: add-node, at: 12s, count: 2 }
  - { id: early, type: add-node, at: 3s, for: 5s }
`);
    expect(cluster.kubernetesVersion).toBe('v1.33.2');
    expect(cluster.spares?.map(({ name, labels }) => [name, labels])).toEqual(
      ['spare-2', 'spare-3', 'spare-4'].map((name) => [name, { disk: 'ssd' }]),
    );
    expect(faults.map(({ id, joins }) => [id, joins])).toEqual([
      ['early', ['spare-4']],
      ['add-node-1', ['spare-2', 'spare-3']],
    ]);
  });

  it('places faults by time and by phase, and names those without a name', async () => {
    const { faults } = await parse(`${minimal}faults:
  - { type: kill-node, at: { phase: surge, after: 5s }, node: worker-2, for: 10s }
  - { type: kill-pod, at: 12s, percent: 50%, labels: "tier in (web)" }
  - { id: last, type: kill-pod, at: { phase: surge } }
  - { type: kill-pod, at: 39s }
`);
    expect(faults.map(({ id, atMs }) => [id, atMs])).toEqual([
      ['last', 10_000],
      ['kill-pod-1', 12_000],
      ['kill-node-1', 15_000],
      ['kill-pod-3', 39_000],
    ]);
    expect(faults[1]?.select).toEqual({ labels: 'tier in (web)', node: null, amount: { percent: 50 } });
    expect(faults[2]).toMatchObject({ forMs: 10_000, select: { node: 'worker-2', amount: { count: 1 } } });
  });

  it('sends bodies as text, as JSON, or from a file, and keeps its connections as told', async () => {
    await writeFile(path.join(folder, 'order.json'), '{"side":"sell"}');
    const { traffic } = await parse(`${minimal}  requests:
    - { weight: 3, method: POST, path: /orders, json: { side: buy } }
    - { method: POST, path: /orders, bodyFile: order.json, headers: { Content-Type: application/json } }
    - { name: text, method: PUT, path: /note, body: hello }
  reconnectEvery: 1 request
  connections: 7
`);
    expect(traffic.requests).toMatchObject([
      {
        name: 'request-1',
        weight: 3,
        body: '{"side":"buy"}',
        headers: { 'content-type': 'application/json' },
      },
      {
        name: 'request-2',
        weight: 1,
        body: Buffer.from('{"side":"sell"}'),
        headers: { 'Content-Type': 'application/json' },
      },
      { name: 'text', body: 'hello', headers: {} },
    ]);
    expect(traffic).toMatchObject({ connections: 7, connectionPolicy: { kind: 'perRequest' } });
  });

  it('tells rules on statistics over trials from rules on a run', async () => {
    const text = `${minimal}faults: [{ id: one, type: kill-pod, at: 1s }]\nexpect: [response.p99 < 250ms, outage.p90 < 8s, response.p99.median < 90ms]\n`;
    const { expect: ofRun, expectOverTrials, goodResponseMs } = await parse(text);
    expect(ofRun.map(({ rule }) => rule)).toEqual(['response.p99 < 250ms']);
    expect(goodResponseMs).toBe(250);
    expect(expectOverTrials).toMatchObject([
      { rule: 'outage.p90 < 8s', statistic: 'p90', limit: 8000, measure: { name: 'faults.outage' } },
      { rule: 'response.p99.median < 90ms', statistic: 'median', measure: { name: 'response.p99' } },
    ]);
  });

  it.each([
    ['said', '  goodResponse: 80ms\nexpect: [response.p99 < 250ms]', 80],
    ['the limit of the p99 expectation', 'expect: [response.p99 < 250ms, response.p99 <= 200ms]', 200],
    ['500 ms where nothing is said', 'expect: [response.p99 > 100ms]', 500],
  ])('calls a response good up to %s', async (_what, text, limit) => {
    expect((await parse(minimal + text)).goodResponseMs).toBe(limit);
  });

  it("takes a team's own manifests", async () => {
    await writeFile(
      path.join(folder, 'desk.yaml'),
      `apiVersion: v1
kind: List
items:
  - { apiVersion: v1, kind: Service, metadata: { name: desk }, spec: { selector: { app: desk }, ports: [{ port: 80 }] } }
  - apiVersion: apps/v1
    kind: Deployment
    metadata: { name: desk }
    spec: { template: { metadata: { labels: { app: desk } }, spec: { containers: [{ image: "desk:1" }] } } }
`,
    );
    const { workload, warnings } = await parse(`${minimal}workload:
  manifests:
    files: [desk.yaml]
    service: desk
    images: [{ name: "desk:1", command: [node, desk.js], workingDir: app, env: { MODE: fast } }]
`);
    expect(warnings).toEqual([]);
    expect(workload).toMatchObject({
      kind: 'manifests',
      service: 'desk',
      port: null,
      images: [
        {
          name: 'desk:1',
          command: ['node', 'desk.js'],
          workingDir: path.join(folder, 'app'),
          env: { MODE: 'fast' },
        },
      ],
    });
    expect(workload).toHaveProperty('objects.1.kind', 'Deployment');
  });
});

describe('a scenario that is sound but probably not meant', () => {
  const sample = (text: string): string => `${minimal}workload: { sampleApi: { ${text} } }\n`;
  it.each([
    [
      'an autoscaler that cannot jump',
      `${minimal}  reconnectEvery: 9 requests\nworkload: { sampleApi: { cpuLimit: 100m, autoscaler: { minReplicas: 2, maxReplicas: 9, targetCpuUtilization: 60% } } }\n`,
      'probe.yaml:9:36: workload.sampleApi.cpuLimit: each sync of the autoscaler can grow the number of pods by at most 1.67×',
    ],
    [
      'an autoscaler that never acts',
      `${minimal}  reconnectEvery: 9 requests\nworkload: { sampleApi: { cpuLimit: 100m, autoscaler: { minReplicas: 2, maxReplicas: 9, targetCpuUtilization: 95% } } }\n`,
      'the autoscaler never adds a pod',
    ],
    [
      'new pods that stay idle',
      sample('autoscaler: { minReplicas: 2, maxReplicas: 9 }'),
      'pods that the autoscaler adds stay idle',
    ],
    [
      'pods that do not fit',
      sample('cpuRequest: 1500m, replicas: 4'),
      '4 pods of 1500m do not fit the workers, which have room for 3',
    ],
    [
      'a drain that is cut short',
      sample('drain: 31s'),
      'pods drain for 31000ms but are killed 30000ms after SIGTERM',
    ],
    [
      'too few connections',
      `${minimal}  connections: 3\n`,
      '3 connections at 120/s last for a stall of 25ms',
    ],
    [
      'a node lost too late',
      `${minimal}timing: { speedup: 10 }\nfaults: [{ type: kill-node, at: 10s }]\n`,
      'the node loses its pods to other nodes only at about 45s, after traffic ends (40s)',
    ],
  ])('is told of %s', async (_what, text, says) => {
    const { warnings } = await parse(text);
    expect(warnings).toHaveLength(1);
    expect(warnings[0]?.replace(`${folder}/`, '')).toContain(says);
  });
});

describe('what only the embedded cluster can be told', () => {
  it('is the cost of a container’s start, which the speed-up does not touch', async () => {
    const text = `${minimal}timing: { speedup: 10 }\nembedded: { containerStart: 700ms }\n`;
    expect((await parse(text)).cluster.containerStartMs).toBe(700);
    expect((await parse(minimal)).cluster).not.toHaveProperty('containerStartMs');
  });
});

describe('loadScenario', () => {
  it.each([
    [
      'markt-open',
      'expected the name of a built-in scenario (market-open, pod-kill, node-loss, steady',
      'Did you mean market-open?',
    ],
    ['mine', 'got "mine"', 'For a file write its path: ./mine'],
    ['./mine.yaml', 'but there is no such file', 'openbell scenarios'],
    ['..', 'but that is a folder', 'openbell scenarios'],
  ])('does not find %s', async (name, message, hint) => {
    await expect(loadScenario(name)).rejects.toMatchObject({
      code: 'SCENARIO_NOT_FOUND',
      exitCode: 104,
      message: expect.stringContaining(message) as unknown,
      hint: expect.stringContaining(hint) as unknown,
    });
  });

  it('reads a file, relative to which its own files are found', async () => {
    const file = path.join(folder, 'mine.yaml');
    await writeFile(path.join(folder, 'flat.csv'), 'seconds,rate\n0,7\n');
    await writeFile(file, minimal.replace('20/s', '{ replay: { file: flat.csv } }'));
    expect(await loadScenario(file)).toMatchObject({
      origin: file,
      traffic: { phases: [{ rate: { kind: 'replay' } }, {}] },
    });
  });
});

it('what a pod is good for and what things cost are carried over; nothing is when nothing is said', async () => {
  const lines = ['apiVersion: openbell.dev/v1', 'kind: Scenario', 'metadata: { name: priced }', 'traffic:'];
  const file = [...lines, '  phases: [{ name: calm, duration: 10s, rate: 20/s }]'].join('\n');
  const economy = 'economy: { podCapacity: 3000/min, podHour: 0.04, lostRequest: 0.002, currency: EUR }';
  expect(await parseScenario(`${file}\n${economy}\n`, 'a.yaml')).toMatchObject({
    economy: { podCapacityPerSecond: 50, podHourPrice: 0.04, lostRequestPrice: 0.002, currency: 'EUR' },
  });
  expect(await parseScenario(`${file}\n`, 'a.yaml')).not.toHaveProperty('economy');
});
