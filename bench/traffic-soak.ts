/**
 * Whether the engine's memory stays flat: plays a constant rate for a long time in a process of its own and watches what
 * it holds.
 *
 *   node bench/traffic-soak.ts [<seconds, 3600>] [<requests/s, 2000>]
 *
 * Prints the resident memory every half minute and, at the end, what it is of that after a minute. To reach: 1.1. Ends with
 * 1 when it was not reached or requests were not answered. Half an hour or more is written to `docs/traffic-soak.md`.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg } from 'node:os';
import { openTarget } from './traffic/ground.ts';
import type { Told } from './support/peers.ts';

const seconds = Number(process.argv[2] ?? 3600);
const rate = Number(process.argv[3] ?? 2000);
const everyMs = 30_000;
/** In a short soak the comparison begins earlier. */
const warmMs = Math.min(60_000, (seconds * 1000) / 3);
const pageFromSeconds = 1800;

interface Sample {
  seconds: number;
  /** Resident memory of the engine's process. */
  rssMb: number;
  /** CPU seconds it has used since it began. */
  cpuSeconds: number;
  /** Load average of the machine, the minute before. */
  load: number;
}

const { target, url } = await openTarget();
const input = {
  plan: {
    phases: [{ name: 'soak', durationMs: seconds * 1000, rate: { kind: 'constant', rate } }],
    requests: [{ name: 'get', weight: 1, method: 'GET', path: '/2', headers: {}, body: null }],
    connections: 200,
    timeoutMs: 5000,
    connectionPolicy: { kind: 'every', requests: 1000 },
  },
  url: url.href,
  folder: null,
  seed: 1,
};
const player = fork(new URL('programs/openbell-player.ts', import.meta.url), [JSON.stringify(input)]);
const beganMs = Date.now();
const samples: Sample[] = [];
let warm: Sample | undefined;
let last = sample();
let nextMs = 0;
const timer = setInterval(() => {
  const elapsedMs = Date.now() - beganMs;
  last = sample();
  if (elapsedMs >= warmMs) warm ??= last;
  if (elapsedMs < nextMs) return;
  nextMs += everyMs;
  samples.push(last);
  console.log(
    `${Math.round(last.seconds)} s: ${last.rssMb.toFixed(0)} MB, ${last.cpuSeconds.toFixed(0)} s of CPU`,
  );
  // The target keeps what arrived until it is asked.
  target.send('report');
}, 1000);
const [told] = (await once(player, 'message')) as [Told];
clearInterval(timer);
target.disconnect();
const ratio = last.rssMb / (warm ?? last).rssMb;
const answered = told.ok / told.accounted;
const others = Object.entries(told.end?.outcomes ?? {}).filter(([outcome, n]) => outcome !== 'ok' && n > 0);
const figures = {
  'memory at the end ÷ after a minute': { seen: ratio.toFixed(3), 'to reach': '≤ 1.1' },
  'requests answered': {
    seen: [`${told.ok} of ${told.accounted}`, ...others.map(([outcome, n]) => `${n} ${outcome}`)].join(', '),
    'to reach': 'all',
  },
};
console.table(figures);
if (seconds >= pageFromSeconds) writeFileSync(new URL('../docs/traffic-soak.md', import.meta.url), page());
process.exitCode = ratio <= 1.1 && answered > 0.999 ? 0 : 1;

function sample(): Sample {
  const read = (name: string): string => readFileSync(`/proc/${player.pid}/${name}`, 'utf8');
  // After the name in parentheses: utime and stime are the 12th and 13th field, in ticks of 10 ms.
  const fields = read('stat').split(') ')[1]?.split(' ') ?? [];
  return {
    seconds: (Date.now() - beganMs) / 1000,
    rssMb: Number(/VmRSS:\s+(\d+)/.exec(read('status'))?.[1] ?? 0) / 1024,
    cpuSeconds: (Number(fields[11]) + Number(fields[12])) / 100,
    load: loadavg()[0] ?? 0,
  };
}

function page(): string {
  // The sample nearest to each tenth of the time, and those of the first two minutes.
  const shown = samples.filter(
    ({ seconds: at }, index) => at <= 130 || index % Math.max(1, Math.round(samples.length / 12)) === 0,
  );
  if (shown.at(-1) !== last) shown.push(last);
  return `# Whether memory stays flat

Written by \`node bench/traffic-soak.ts\`; not edited by hand. ${availableParallelism()} × ${cpus()[0]?.model ?? 'CPU'}, Node ${process.version}.

${rate} requests/s for ${Math.round(seconds / 60)} minutes over up to ${input.plan.connections} connections, each replaced after ${input.plan.connectionPolicy.requests} requests, against a target that
answers after 2 ms. The engine ran in a process of its own; others worked on the machine (load).

| | seen | to reach |
|---|---:|---:|
${Object.entries(figures)
  .map(([name, { seen, 'to reach': goal }]) => `| ${name} | ${seen} | ${goal} |`)
  .join('\n')}

| after | memory | CPU per request since the line above | load |
|---:|---:|---:|---:|
${shown
  .map((at, index) => {
    const before = shown[index - 1];
    const us =
      before === undefined
        ? null
        : ((at.cpuSeconds - before.cpuSeconds) * 1e6) / ((at.seconds - before.seconds) * rate);
    return `| ${Math.round(at.seconds)} s | ${at.rssMb.toFixed(0)} MB | ${us === null ? '' : `${us.toFixed(0)} µs`} | ${at.load.toFixed(1)} |`;
  })
  .join('\n')}
`;
}
