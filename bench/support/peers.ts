/**
 * Load generators that are measured beside each other. Each is asked for the same rate, time and deadline, runs in a
 * process of its own, and is taken at its own word.
 */
import { execFileSync, fork, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { setPriority } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { quieten } from './quiet.ts';
import type { TrafficPlan, TrafficRun } from '../../src/traffic/index.ts';

/** What every generator is asked for. */
export interface Asked {
  plan: TrafficPlan;
  rate: number;
  durationMs: number;
  url: URL;
  /** A folder for its files. */
  folder: string;
  /** The authority whose certificates are good. */
  caFile: string;
  /** The folder that says which names exist. */
  names: string;
  seed: number;
}

/** What a generator says at its end. */
export interface Told {
  /** Requests or arrivals of which it says what became. */
  accounted: number;
  ok: number;
  /** Median of its latency, ms; null where it says none. */
  p50Ms: number | null;
  /** openbell's own sums, to be compared with its ledger. */
  end?: Awaited<TrafficRun['done']>;
}

export interface Peer {
  name: string;
  version: string;
  /** Why it cannot play this; null where it can. */
  cannot: (asked: Asked) => string | null;
  start: (asked: Asked) => { process: ChildProcess; told: () => Promise<Told> };
}

/** Those that are there, and the names of those that are not. */
export function findPeers(): { peers: Peer[]; missing: string[] } {
  const k6 = onPath('k6');
  const vegeta = onPath('vegeta');
  return {
    peers: [
      openbell,
      autocannon,
      ...(k6 === null ? [] : [k6At(k6)]),
      ...(vegeta === null ? [] : [vegetaAt(vegeta)]),
    ],
    missing: [...(k6 === null ? ['k6'] : []), ...(vegeta === null ? ['vegeta'] : [])],
  };
}

const program = (name: string): string => fileURLToPath(new URL(`../programs/${name}`, import.meta.url));
const resolver = fileURLToPath(new URL('../../test/traffic/programs/resolver.ts', import.meta.url));

function environmentOf({ names, caFile }: Asked): NodeJS.ProcessEnv {
  return {
    // Compiled code is kept between runs, as the command line does.
    NODE_COMPILE_CACHE: fileURLToPath(new URL('../../node_modules/.cache/openbell', import.meta.url)),
    ...process.env,
    BELL_TEST_NAMES: names,
    NODE_EXTRA_CA_CERTS: caFile,
    SSL_CERT_FILE: caFile,
  };
}

/** Each generator goes before the machine's other work where that is allowed, as openbell's threads do. */
function goFirst({ pid }: ChildProcess): void {
  quieten(pid);
  try {
    if (pid !== undefined) setPriority(pid, -10);
  } catch {
    // Not permitted: then none does but openbell's own threads, if they may.
  }
}

/** A program of ours that plays with a library and sends what that told. */
function playedBy(name: string, asked: Asked): ReturnType<Peer['start']> {
  const { plan, rate, durationMs, url, folder, seed } = asked;
  const input = JSON.stringify({ plan, rate, durationMs, url: url.href, folder, seed });
  const child = fork(program(name), [input], {
    execArgv: ['--import', resolver],
    env: environmentOf(asked),
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  goFirst(child);
  const ended = once(child, 'exit');
  const told = Promise.race([
    (once(child, 'message') as Promise<[Told]>).then(([said]) => said),
    ended.then(([code]): never => {
      throw new Error(`crashed (${String(code)})`);
    }),
  ]);
  told.catch(() => {});
  return { process: child, told: () => told };
}

const openbell: Peer = {
  name: 'openbell',
  version: versionOf('../../package.json'),
  cannot: () => null,
  start: (asked) => playedBy('openbell-player.ts', asked),
};

const autocannon: Peer = {
  name: 'autocannon',
  version: versionOf('../../node_modules/autocannon/package.json'),
  cannot: () => null,
  start: (asked) => playedBy('autocannon-player.ts', asked),
};

function k6At(path: string): Peer {
  return {
    name: 'k6',
    version: /v[\d.]+/.exec(execFileSync(path, ['version'], { encoding: 'utf8' }))?.[0] ?? '',
    cannot: ({ url }) => (url.hostname.endsWith('.test') ? 'resolves names by itself' : null),
    start(asked) {
      const { plan, rate, durationMs, url, folder } = asked;
      const script = join(folder, 'k6.js');
      const summary = join(folder, 'k6.json');
      const options = {
        scenarios: {
          load: {
            executor: 'constant-arrival-rate',
            rate,
            timeUnit: '1s',
            duration: `${durationMs}ms`,
            preAllocatedVUs: plan.connections,
            maxVUs: plan.connections,
          },
        },
        noConnectionReuse: plan.connectionPolicy.kind !== 'keep',
        summaryTrendStats: ['med', 'p(99)', 'max'],
      };
      writeFileSync(
        script,
        `import http from 'k6/http';
export const options = ${JSON.stringify(options)};
export default () => http.request('${plan.requests[0]?.method ?? 'GET'}', '${url.href}', null, { timeout: '${plan.timeoutMs}ms' });
export const handleSummary = (data) => ({ '${summary}': JSON.stringify(data.metrics) });
`,
      );
      const child = spawn(path, ['run', '--quiet', '--no-usage-report', script], {
        env: environmentOf(asked),
        stdio: 'ignore',
      });
      goFirst(child);
      const ended = once(child, 'exit');
      return {
        process: child,
        async told() {
          await ended;
          const metrics = JSON.parse(readFileSync(summary, 'utf8')) as Record<
            string,
            { values: Record<string, number> } | undefined
          >;
          const value = (metric: string, key: string): number => metrics[metric]?.values[key] ?? 0;
          const requests = value('http_reqs', 'count');
          return {
            accounted: value('iterations', 'count') + value('dropped_iterations', 'count'),
            // `passes` of a rate that counts failures.
            ok: requests - value('http_req_failed', 'passes'),
            p50Ms: value('http_req_duration', 'med'),
          };
        },
      };
    },
  };
}

function vegetaAt(path: string): Peer {
  return {
    name: 'vegeta',
    // Only released builds say their version; what was built from source carries the versions of its modules.
    version:
      /Version: (\S+)/.exec(execFileSync(path, ['-version'], { encoding: 'utf8' }))?.[1] ??
      /tsenart\/vegeta\/v12\t(v[\d.]+)/.exec(readFileSync(path, 'latin1'))?.[1] ??
      '',
    cannot: ({ url }) => (url.hostname.endsWith('.test') ? 'resolves names by itself' : null),
    start(asked) {
      const { plan, rate, durationMs, url, folder, caFile } = asked;
      const results = join(folder, 'vegeta.bin');
      const args = [
        'attack',
        `-rate=${rate}/1s`,
        `-duration=${durationMs}ms`,
        `-timeout=${plan.timeoutMs}ms`,
      ];
      args.push(`-connections=${plan.connections}`, `-output=${results}`, '-redirects=-1');
      if (url.protocol === 'https:') args.push(`-root-certs=${caFile}`);
      args.push(`-keepalive=${plan.connectionPolicy.kind === 'keep'}`);
      const child = spawn(path, args, { env: environmentOf(asked), stdio: ['pipe', 'ignore', 'ignore'] });
      goFirst(child);
      child.stdin?.end(`${plan.requests[0]?.method ?? 'GET'} ${url.href}\n`);
      const ended = once(child, 'exit');
      return {
        process: child,
        async told() {
          await ended;
          const report = JSON.parse(
            execFileSync(path, ['report', '-type=json', results], { encoding: 'utf8' }),
          ) as { requests: number; success: number; latencies: { '50th': number } };
          return {
            accounted: report.requests,
            ok: Math.round(report.requests * report.success),
            p50Ms: report.latencies['50th'] / 1e6,
          };
        },
      };
    },
  };
}

function versionOf(manifest: string): string {
  const text = readFileSync(new URL(manifest, import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

/** Where a program is; null where it is not on PATH. */
export function onPath(name: string): string | null {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path)) ?? null;
}
