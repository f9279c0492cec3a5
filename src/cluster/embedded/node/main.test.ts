import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { until } from '../../../support/index.ts';
import { effectiveTimings } from '../../spec.ts';
import { resources, type Api } from '../api.ts';
import type { FromChild, NodeConfig, ToChild } from '../config.ts';
import {
  createApiContext,
  createLocalApi,
  startApiServer,
  type ApiServer,
} from '../control-plane/api-server/index.ts';
import { createPki, nodeIdentityFiles } from '../pki.ts';
import { signalGroup } from './runtime/groups.ts';

let runDir: string;
let api: Api;
let server: ApiServer;
let child: ChildProcess;
let config: NodeConfig;
const received: FromChild[] = [];

beforeEach(async () => {
  runDir = mkdtempSync(join(tmpdir(), 'openbell-main-'));
  const timings = effectiveTimings(10);
  const addresses = { mode: 'range', block: 64 + ((process.pid + 95) % 190) } as const;
  const context = await createApiContext({ timings, addresses });
  api = createLocalApi(context);
  const pkiDir = join(runDir, 'pki');
  await createPki(pkiDir, ['worker-1']);
  const apiServer = { host: '127.0.0.1', port: 0 };
  server = await startApiServer({ config: { pkiDir, runDir, apiServer }, context });
  config = {
    clusterName: `main-test-${process.pid}`,
    runDir,
    addresses,
    timings,
    index: 1,
    role: 'worker',
    node: { name: 'worker-1', cpuMilli: 4000, memoryBytes: 2 ** 30, maxPods: 110, labels: {} },
    apiServerUrl: server.url,
    tls: nodeIdentityFiles(pkiDir, 'worker-1'),
    imagesFile: join(runDir, 'images.json'),
    groupsFile: join(runDir, 'groups'),
    containerStartMs: 0,
    cpuLimits: 'auto',
  };
  const images = [{ name: 'sleeper:1', command: ['sleep', '1000'], workingDir: '/', env: {} }];
  writeFileSync(config.imagesFile, JSON.stringify(images));
  const configFile = join(runDir, 'node.json');
  writeFileSync(configFile, JSON.stringify(config));
  const program = fileURLToPath(new URL('main.ts', import.meta.url));
  received.length = 0;
  child = spawn(process.execPath, [program, configFile], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  child.on('message', (message: FromChild) => received.push(message));
});

afterEach(async () => {
  child.kill('SIGKILL');
  await server.close();
  rmSync(runDir, { recursive: true });
});

const got = (type: FromChild['type']): Promise<FromChild> =>
  until(() => received.find((message) => message.type === type), {
    what: `the message ${type}`,
    deadlineMs: 8_000,
  });

async function runningPod(): Promise<number> {
  await got('ready');
  await api.create(resources.pods, {
    metadata: { name: 'sleeper', namespace: 'default' },
    spec: { nodeName: 'worker-1', containers: [{ name: 'main', image: 'sleeper:1' }] },
  });
  await until(
    async () =>
      (await api.get(resources.pods, { namespace: 'default', name: 'sleeper' })).status?.phase === 'Running',
    { what: 'the pod to run', deadlineMs: 8_000, everyMs: 5 },
  );
  return Number(readFileSync(config.groupsFile, 'utf8').trim());
}

function tell(message: ToChild): void {
  child.send(message);
}

test('a node process joins over HTTPS, runs pods, and obeys its parent, and leaves nothing when it is told to stop', async () => {
  const group = await runningPod();
  expect(await got('ready')).toMatchObject({
    facts: { cpuLimits: expect.stringContaining('CPU limits') as string },
  });
  tell({ type: 'component', component: 'kube-proxy', action: 'stop' });
  expect(await got('component-done')).toEqual({
    type: 'component-done',
    component: 'kube-proxy',
    action: 'stop',
  });
  received.length = 0;
  tell({ type: 'component', component: 'scheduler', action: 'stop' });
  const refused = { error: expect.stringContaining('no component scheduler') as string };
  expect(await got('component-done')).toMatchObject(refused);
  const exited = once(child, 'exit');
  tell({ type: 'stop' });
  expect(await exited).toEqual([0, null]);
  expect(signalGroup(group, 0)).toBe(false);
  const cgroups = readFileSync(join(runDir, 'cgroups'), 'utf8').split('\n').filter(Boolean);
  expect(cgroups.filter((path) => existsSync(path))).toEqual([]);
});

test('a node process whose parent is gone ends its containers and itself', async () => {
  const group = await runningPod();
  const exited = once(child, 'exit');
  child.disconnect();
  expect(await exited).toEqual([0, null]);
  expect(signalGroup(group, 0)).toBe(false);
});
