import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OpenbellError, seededRandom } from '../support/index.ts';
import { builtInScenarios, parseScenario, type Scenario } from './index.ts';

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

/** What is said about a text, without the folder's name. */
async function refusal(text: string): Promise<string> {
  const error = await parse(text).then(
    () => null,
    (error: unknown) => error,
  );
  if (!(error instanceof OpenbellError)) throw new Error('it was not refused', { cause: error });
  expect(error).toMatchObject({ code: 'SCENARIO_INVALID', exitCode: 104 });
  return error.message.replaceAll(`${folder}/`, '');
}

const aliases = 'bcdefgh'
  .split('')
  .map(
    (name, index) =>
      `${name}: &${name} [${Array.from({ length: 9 }, () => `*${'abcdefg'[index]}`).join()}]\n`,
  )
  .join('');

describe('a scenario with mistakes', () => {
  it('is refused with all of them at once, each at its place', async () => {
    const text = minimal
      .replace('duration: 10s', 'duration: 10')
      .replace('- { name: surge, duration: 30s', '- { name: surge, duraton: 30s')
      .concat('faults:\n  - { type: kill-pod, at: { phase: serge } }\nexpect:\n  - availability >= 0.99\n');
    expect(await refusal(text)).toBe(
      `probe.yaml has 5 errors:

probe.yaml:6:31: traffic.phases[0].duration: expected a duration above 0 such as 250ms, 30s or 2m, got the number 10: write 10s or 10ms
    6 |     - { name: calm, duration: 10, rate: 20/s }
      |                               ^^
probe.yaml:7:7: traffic.phases[1].duration: expected a duration above 0 such as 250ms, 30s or 2m, but it is missing
    7 |     - { name: surge, duraton: 30s, rate: 120/s }
      |       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
probe.yaml:7:22: traffic.phases[1]: there is no key "duraton" here; did you mean duration?
    7 |     - { name: surge, duraton: 30s, rate: 120/s }
      |                      ^^^^^^^
probe.yaml:9:36: faults[0].at.phase: there is no phase "serge"; did you mean surge?
    9 |   - { type: kill-pod, at: { phase: serge } }
      |                                    ^^^^^
probe.yaml:11:21: expect[0]: expected a percentage from 0% to 100% such as 99.9% for availability, got 0.99
   11 |   - availability >= 0.99
      |                     ^^^^`,
    );
  });

  const traffic = (rest: string): string => minimal + rest;
  it.each<[what: string, text: string, ...says: string[]]>([
    ['is no YAML', 'a: [1', 'probe.yaml:1:', 'not YAML: '],
    ['has a key twice', `${minimal}kind: Scenario\n`, 'probe.yaml:8:1: not YAML: Map keys must be unique'],
    [
      'contains itself',
      `${minimal}  requests: [{ path: /, json: &a { a: *a } }]\n`,
      'an alias makes a value contain itself',
    ],
    ['grows beyond measure', `a: &a [1,1]\n${aliases}`, 'Excessive alias count'],
    ['would draw on the terminal', `${minimal}"\u009b31m\\u001b": 5\n`, 'there is no key "·31m'],
    ['is empty', '', 'probe.yaml:1:1: expected a mapping', 'but the file is empty'],
    ['is only a comment', '# later\n', 'but the file is empty'],
    ['is a list', '- a\n', 'expected a mapping with keys among apiVersion', 'got a list'],
    ['is two documents', `${minimal}---\na: 1\n`, 'probe.yaml:9:1: expected one scenario in a file'],
    [
      'is of another version',
      minimal.replace('dev/v1', 'dev/v2'),
      'apiVersion: expected openbell.dev/v1, got "openbell.dev/v2"',
    ],
    [
      'has a rate without a unit',
      minimal.replace('20/s', '20'),
      'probe.yaml:6:42:',
      'got the number 20: write 20/s',
    ],
    ['has a rate of 0', minimal.replace('20/s', '0/s'), 'expected a rate above 0', 'got "0/s"'],
    ['has a negative rate', minimal.replace('20/s', '-5/s'), 'expected a rate above 0'],
    ['has a rate that is no number', minimal.replace('20/s', '.nan'), 'got the number NaN'],
    [
      'has a ramp from 0',
      minimal.replace('20/s', '{ ramp: { from: 0/s, to: 5/s } }'),
      'rate.ramp.from: expected a rate above 0',
    ],
    [
      'has an unknown shape',
      minimal.replace('20/s', '{ rmp: { from: 1/s, to: 5/s } }'),
      'probe.yaml has 1 error',
      'did you mean ramp?',
    ],
    [
      'has no shape',
      minimal.replace('20/s', '{}'),
      'expected exactly one of ramp, step, spike, sine, replay',
    ],
    [
      'has waves below 0',
      minimal.replace('20/s', '{ sine: { mean: 5/s, amplitude: 5/s, period: 1s } }'),
      'sine.amplitude: expected less than the mean',
    ],
    [
      'has a spike outside its phase',
      minimal.replace('20/s', '{ spike: { base: 5/s, peak: 9/s, at: 11s, width: 1s } }'),
      'spike.at: expected an instant within the phase',
    ],
    [
      'names a phase twice',
      minimal.replace('surge', 'calm'),
      'traffic.phases[1].name: expected names that differ',
    ],
    [
      'has an empty list of phases',
      minimal.replace(/phases:[^]*/, 'phases: []\n'),
      'expected at least one phase',
    ],
    [
      'has a mix of nothing',
      traffic('  requests: [{ path: /, weight: 0 }, { path: /a, weight: 0 }]\n'),
      'expected at least one weight above 0',
    ],
    [
      'has a negative weight',
      traffic('  requests: [{ path: /, weight: -1 }]\n'),
      'weight: expected a number from 0',
    ],
    [
      'has a relative path',
      traffic('  requests: [{ path: quote }]\n'),
      'expected a path such as /quote/AAPL',
    ],
    [
      'has a method in small letters',
      traffic('  requests: [{ path: /, method: post }]\n'),
      'did you mean POST?',
    ],
    [
      'has two bodies',
      traffic('  requests: [{ path: /, body: a, json: {} }]\n'),
      'expected one of json, body, bodyFile, got json and body',
    ],
    [
      'has a body file that is not there',
      traffic('  requests: [{ path: /, bodyFile: no.json }]\n'),
      'probe.yaml:8:35:',
      'expected a file at',
      'but there is none',
    ],
    [
      'has a header that HTTP forbids',
      traffic('  requests: [{ path: /, headers: { "a b": c } }]\n'),
      'expected a header name that HTTP allows',
    ],
    [
      'has a header that is a number',
      traffic('  requests: [{ path: /, headers: { x-desk: 5 } }]\n'),
      'got the number 5: write "5"',
    ],
    [
      'counts requests without saying so',
      traffic('  reconnectEvery: 20\n'),
      'such as "20 requests", got the number 20',
    ],
    [
      'replays a file that is not there',
      minimal.replace('20/s', '{ replay: { file: no.csv } }'),
      'rate.replay.file: expected a file at',
    ],
    [
      'kills after the end',
      `${minimal}faults: [{ type: kill-pod, at: 40s }]\n`,
      'expected an instant before traffic ends (40s), got 40s',
    ],
    ['has an unknown fault', `${minimal}faults: [{ type: kill-pods, at: 4s }]\n`, 'did you mean kill-pod?'],
    [
      'names a fault twice',
      `${minimal}faults: [{ id: a, type: kill-pod, at: 4s }, { id: a, type: kill-pod, at: 5s }]\n`,
      'faults[1].id: expected names that differ',
    ],
    [
      'brings a pod back',
      `${minimal}faults: [{ type: kill-pod, at: 4s, for: 5s }]\n`,
      'faults[0].for: expected no duration for kill-pod',
    ],
    [
      'has count and percent',
      `${minimal}faults: [{ type: kill-pod, at: 4s, count: 1, percent: 5% }]\n`,
      'expected count or percent, got both',
    ],
    [
      'kills more pods than there are',
      `${minimal}faults: [{ type: kill-pod, at: 4s, count: 3 }]\n`,
      'expected at most as many pods as there may be (2), got 3',
    ],
    [
      'kills more nodes than there are',
      `${minimal}faults: [{ type: kill-node, at: 4s, count: 4 }]\n`,
      'as many as match (3 workers), got 4',
    ],
    [
      'kills nodes until none is left',
      `${minimal}faults: [{ type: kill-node, at: 4s, count: 2 }, { type: hang-node, at: 5s, count: 2 }]\n`,
      'faults[1].type:',
      '(1 of 3 are up then)',
    ],
    [
      'kills a node that does not exist',
      `${minimal}faults: [{ type: kill-node, at: 4s, node: worker-9 }]\n`,
      'there is no worker "worker-9"; did you mean worker-1?',
    ],
    [
      'has a selector that does not parse',
      `${minimal}faults: [{ type: kill-pod, at: 4s, labels: "a in (b" }]\n`,
      'expected a label selector',
      "expected: ',' or ')'",
    ],
    [
      'selects no worker',
      `${minimal}faults: [{ type: kill-node, at: 4s, labels: zone=a }]\n`,
      'faults[0].labels: expected a worker that matches, got none',
    ],
    [
      'has a rule about a fault it does not have',
      `${minimal}expect: [faults.kill-pod.outage < 3s]\n`,
      'this scenario has no faults',
    ],
    [
      'has a rule about an unknown metric',
      `${minimal}expect: [response.p9 < 3s]\n`,
      'probe.yaml:8:10:',
      'did you mean response.p90?',
    ],
    [
      'has a rule on a statistic with a limit in the wrong unit',
      `${minimal}expect: [response.p99.p90 < 3]\n`,
      'probe.yaml:8:29:',
      'expected a duration such as 250ms or 3s for response.p99, got 3',
    ],
    [
      'has a rule on a statistic that is none',
      `${minimal}expect: [response.p99.p91 < 3s]\n`,
      'there is no metric response.p99.p91',
    ],
    ['points into a quoted rule', `${minimal}expect: ["response.p99 < 3"]\n`, 'probe.yaml:8:26:'],
    [
      'has min above max',
      `${minimal}workload: { sampleApi: { autoscaler: { minReplicas: 5, maxReplicas: 4 } } }\n`,
      'minReplicas: expected at most maxReplicas (4), got 5',
    ],
    [
      'requests more than a node has',
      `${minimal}workload: { sampleApi: { cpuRequest: 3 } }\n`,
      'expected a request that a node can hold (the largest has 2000m), got 3000m',
    ],
    [
      'limits below the request',
      `${minimal}workload: { sampleApi: { cpuLimit: 50m } }\n`,
      'expected at least cpuRequest (100m), got 50m',
    ],
    [
      'has fractions of seconds where Kubernetes has none',
      `${minimal}workload: { sampleApi: { readinessPeriod: 500ms } }\n`,
      'expected a duration in whole seconds',
    ],
    [
      'has two workloads',
      `${minimal}workload: { sampleApi: {}, manifests: { files: [a], service: b } }\n`,
      'expected exactly one of sampleApi, manifests, got sampleApi and manifests',
    ],
    [
      'names a worker twice',
      `${minimal}cluster: { workers: [{ name: a }, { name: a }] }\n`,
      'cluster.workers[1].name: expected names that differ',
    ],
    [
      'has memory without a unit',
      `${minimal}cluster: { capacity: { memory: 64 } }\n`,
      'got the number 64: write 64Mi or 64Gi',
    ],
    [
      'has a share without a unit',
      `${minimal}workload: { sampleApi: { autoscaler: { targetCpuUtilization: 0.6 } } }\n`,
      'got the number 0.6: write 60%',
    ],
    [
      'has a label that is none',
      `${minimal}cluster: { labels: { zone: "a b" } }\n`,
      `"a b" cannot be a label's value`,
    ],
    [
      'makes healthy nodes flap',
      `${minimal}timing: { nodeMonitorGrace: 10s }\n`,
      'expected more than nodeLeaseRenewal (10s), got 10s',
    ],
    [
      'has an unknown timer',
      `${minimal}timing: { nodeMonitorGrac: 10s }\n`,
      'did you mean nodeMonitorGrace?',
    ],
    ['has an empty section', `${minimal}faults:\n`, 'probe.yaml:8:1: faults: expected a list of faults'],
  ])('is refused when it %s', async (_what, text, ...says) => {
    const message = await refusal(text);
    for (const part of says) expect(message).toContain(part);
  });

  it.each([
    ['no header', '0,5\n', '1:1: expected the header "seconds,rate" or "time,rate", got "0,5"'],
    [
      'a cell that is no number',
      'seconds,rate\n0,5\n1,abc\n',
      '3:3: expected a rate per second from 0 to 1000000, got "abc"',
    ],
    ['a negative rate', 'seconds,rate\n0,-5\n', '2:3: expected a rate per second'],
    ['instants that go back', 'seconds,rate\n0,5\n4,5\n3,5\n', '4:1: expected an instant after 4, got "3"'],
    ['a late start', 'seconds,rate\n1,5\n', '2:1: expected the first instant to be 0'],
    ['a missing cell', 'seconds,rate\n0\n', '2:1: expected two cells'],
    ['nothing but zeros', 'seconds,rate\n0,0\n', 'expected a rate above 0 somewhere'],
    ['no data', 'seconds,rate\n', 'expected at least one line of data'],
  ])('is refused when it replays a CSV with %s', async (_what, csv, says) => {
    await writeFile(path.join(folder, 'bad.csv'), csv);
    expect(await refusal(minimal.replace('20/s', '{ replay: { file: bad.csv } }'))).toContain(says);
  });

  it('is refused when its manifests cannot make a run, with the place in the manifest', async () => {
    await writeFile(
      path.join(folder, 'k8s.yaml'),
      'apiVersion: v1\nkind: Service\nmetadata: { name: desk }\n---\nkind: Pod\n',
    );
    const manifests = `${minimal}workload: { manifests: { files: [k8s.yaml], service: dsk } }\n`;
    const message = await refusal(manifests);
    expect(message).toContain(
      'k8s.yaml:5:1: expected a Kubernetes object, got one without apiVersion and metadata.name',
    );
    expect(message).toContain('expected a Service named "dsk", got these Services: desk');
  });

  it('is refused in the same way whatever somebody does to it', async () => {
    const random = seededRandom(9_30);
    const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;
    const odd = [
      'null',
      '[]',
      '{}',
      '- a',
      '&x',
      '*x',
      '<<: *x',
      '!t',
      '"',
      "'",
      '|',
      '.nan',
      '-1',
      '1e999',
      '__proto__',
    ];
    const texts = await Promise.all((await builtInScenarios()).map(({ file }) => readFile(file, 'utf8')));
    let refused = 0;
    for (let round = 0; round < 150; round++) {
      let text = pick(texts).replaceAll(/^#.*\n/gm, '');
      const words = [...text.matchAll(/[\w./%-]+/g)];
      const { index, 0: word } = pick(words);
      text = text.slice(0, index) + pick(odd) + text.slice(random() < 0.5 ? index : index + word.length);
      await parse(text).catch((error: unknown) => {
        if (!(error instanceof OpenbellError)) throw new Error(text, { cause: error });
        expect(error.exitCode).toBe(104);
        refused += 1;
      });
    }
    expect(refused).toBeGreaterThan(75);
  });
});
