/**
 * What a node process costs when nothing runs on it: memory, CPU and the time until its node is Ready, beside a Node.js process that
 * does nothing at all.
 *
 *   node bench/node-memory.ts [nodes, 3 when left out]
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { effectiveTimings } from '../src/cluster/spec.ts';
import type { FromChild, NodeConfig } from '../src/cluster/embedded/config.ts';
import { createApiContext, startApiServer } from '../src/cluster/embedded/control-plane/api-server/index.ts';
import { createPki, nodeIdentityFiles } from '../src/cluster/embedded/pki.ts';
import { GroupUsage } from '../src/cluster/embedded/node/runtime/cpu/processes.ts';

const idleMs = 5_000;
const speedup = 10;
const nodes = Array.from({ length: Number(process.argv[2] ?? 3) }, (_, n) => `worker-${n + 1}`);
const runDir = mkdtempSync(join(tmpdir(), 'openbell-bench-'));
const children: ChildProcess[] = [];
process.env['NODE_COMPILE_CACHE'] ??= join(tmpdir(), 'openbell-bench-cache');

try {
  const timings = effectiveTimings(speedup);
  const addresses = { mode: 'range', block: 64 + (process.pid % 190) } as const;
  const context = await createApiContext({ timings, addresses });
  const pkiDir = join(runDir, 'pki');
  await createPki(pkiDir, nodes);
  const apiServer = { host: '127.0.0.1', port: 0 };
  const server = await startApiServer({ config: { pkiDir, runDir, apiServer }, context });

  const bare = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
  children.push(bare);
  const from = performance.now();
  const readyMs = await Promise.all(
    nodes.map(async (name, n) => {
      const config: NodeConfig = {
        clusterName: 'bench',
        runDir,
        addresses,
        timings,
        index: n + 1,
        role: 'worker',
        node: { name, cpuMilli: 4000, memoryBytes: 2 ** 30, maxPods: 110, labels: {} },
        apiServerUrl: server.url,
        tls: nodeIdentityFiles(pkiDir, name),
        imagesFile: join(runDir, 'images.json'),
        groupsFile: join(runDir, `${name}.groups`),
        cpuLimits: 'auto',
      };
      await ready(name, config);
      return performance.now() - from;
    }),
  );
  const usages = children.map((child) => new GroupUsage(child.pid ?? 0));
  const before = usages.map((usage) => usage.read()?.cpuNanos ?? 0);
  await new Promise((resolve) => setTimeout(resolve, idleMs));
  console.log(`${nodes.length} nodes Ready after ${Math.round(Math.max(...readyMs))} ms, started at once`);
  console.log(`then ${idleMs / 1000} s without pods at speed-up ${speedup}:`);
  for (const [n, usage] of usages.entries()) {
    const { cpuNanos = 0, memoryBytes = 0 } = usage.read() ?? {};
    const name = n === 0 ? 'node -e (nothing)' : `node process ${nodes[n - 1]}`;
    const percent = ((cpuNanos - (before[n] ?? 0)) / 1e4 / idleMs).toFixed(1);
    console.log(
      `  ${name.padEnd(24)}${(memoryBytes / 2 ** 20).toFixed(0).padStart(5)} MB RSS  ${percent} % of a core`,
    );
  }
  console.log('wanted: ≤ 80 MB RSS per node process; a whole idle cluster ≤ 3 % of a core');
  await server.close();
} finally {
  for (const child of children) child.kill('SIGTERM');
  await Promise.all(
    children.map(
      (child) =>
        new Promise((resolve) => {
          child.once('exit', resolve);
        }),
    ),
  );
  rmSync(runDir, { recursive: true });
}

function ready(name: string, config: NodeConfig): Promise<void> {
  const configFile = join(runDir, `${name}.json`);
  writeFileSync(configFile, JSON.stringify(config));
  const program = fileURLToPath(new URL('../src/cluster/embedded/node/main.ts', import.meta.url));
  const child = spawn(process.execPath, [program, configFile], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  children.push(child);
  return new Promise((resolve, reject) => {
    child.on('message', (message: FromChild) => {
      if (message.type === 'ready') resolve();
      if (message.type === 'failed') reject(new Error(message.message));
    });
    child.once('exit', () => reject(new Error(`${name} ended`)));
  });
}
