/**
 * What load generators say while their target fails, beside what the target did: every fault of `test/traffic`, each
 * generator after the other, on this machine.
 *
 *   node bench/traffic-accuracy.ts
 *
 * Writes `docs/traffic-accuracy.md`; `QUIET=1` lets the machine's other work wait (`bench/support/quiet.ts`). k6 and vegeta
 * take part where they are on PATH (`go install go.k6.io/k6@latest`, `go install github.com/tsenart/vegeta/v12@v12.12.0`).
 * With names of faults as arguments it plays those and writes nothing.
 */
import { mkdirSync, mkdtempDisposableSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { monotonicMs, until } from '../src/support/index.ts';
import { writeCertificates } from '../test/traffic/matrix/certificates.ts';
import { begin, end, openLab, planFor } from '../test/traffic/matrix/case.ts';
import { faults, type Fault } from '../test/traffic/matrix/faults.ts';
import { compare } from '../test/traffic/matrix/account.ts';
import { readLedger, readLog } from '../test/traffic/matrix/logs.ts';
import { page, type Compared, type Line } from './support/accuracy-page.ts';
import { quiet, quieten } from './support/quiet.ts';
import { findPeers, type Peer, type Told } from './support/peers.ts';

const rate = 500;
/** autocannon takes no deadline below a second. */
const timeoutMs = 1000;
const lengths = { beforeMs: 500, faultMs: 1500, afterMs: 1000 };
/** Shorter than the deadline: the target cannot know who has stopped waiting while it was frozen. */
const frozenMs = 800;
const durationMs = lengths.beforeMs + lengths.faultMs + lengths.afterMs;

using folder = mkdtempDisposableSync(join(tmpdir(), 'openbell-accuracy-'));
const certificates = join(folder.path, 'certificates');
const names = join(folder.path, 'names');
for (const path of [certificates, names]) mkdirSync(path);
await writeCertificates(certificates);

const { peers, missing } = findPeers();
const wanted = process.argv.slice(2);
const lines: Line[] = [];
for (const fault of faults) {
  if (wanted.length > 0 && !wanted.includes(fault.name)) continue;
  for (const peer of peers) {
    const line = await play(fault, peer, lines.length);
    lines.push(line);
    console.log(JSON.stringify(line));
  }
}
const text = page({
  lines,
  peers,
  missing,
  asked: { rate, timeoutMs, durationMs, faultMs: lengths.faultMs },
  machine: `${availableParallelism()} × ${cpus()[0]?.model ?? 'CPU'}, Node ${process.version}${quiet ? '; played in the system’s real-time class (`QUIET=1`), so that the machine’s other work waited' : ''}`,
});
if (wanted.length === 0) writeFileSync(new URL('../docs/traffic-accuracy.md', import.meta.url), text);
else console.log(text);

async function play(fault: Fault, peer: Peer, seed: number): Promise<Line> {
  const own = join(folder.path, String(seed));
  mkdirSync(own);
  const open = planFor([fault], rate);
  const plan = {
    ...open,
    timeoutMs,
    connections: Math.ceil((rate * (timeoutMs + 200)) / 1000),
    phases: open.phases.map((phase) => ({ ...phase, durationMs })),
  };
  const lab = await openLab([fault], { folder: own, certificates, names, timeoutMs });
  try {
    quieten(lab.serving.pid);
    const caFile = join(certificates, 'ca.crt');
    const asked = { plan, rate, durationMs, url: lab.url, folder: own, caFile, names, seed };
    const cannot = peer.cannot(asked);
    if (cannot !== null) return { fault: fault.name, peer: peer.name, cannot };
    const { process, told } = peer.start(asked);
    const usage = watch(process.pid ?? 0);
    const first = (): boolean => readLog(lab.logFile).requests.size > 0;
    await until(first, { deadlineMs: 20_000, what: `the first request of ${peer.name}`, everyMs: 10 });
    await sleep(lengths.beforeMs);
    await begin([fault], lab);
    await sleep(fault.name === 'process frozen' ? frozenMs : lengths.faultMs);
    await end([fault], lab);
    try {
      const said = await within(told(), 60_000);
      const { end, ...sums } = said;
      const contradictions = end === undefined ? null : contradictionsIn(own, lab.logFile, end);
      const line = { fault: fault.name, peer: peer.name, said: sums, truth: truthOf(lab.logFile) };
      return { ...line, contradictions, ...usage() };
    } catch (error) {
      return { fault: fault.name, peer: peer.name, cannot: (error as Error).message };
    } finally {
      usage();
      process.kill('SIGKILL');
    }
  } finally {
    await lab.close();
  }
}

/** What openbell's ledger and the target's log do not agree on, request by request. */
function contradictionsIn(
  own: string,
  logFile: string,
  end: NonNullable<Told['end']>,
): NonNullable<Compared> {
  const { violations, late } = compare({
    rows: readLedger(join(own, 'ledger')),
    log: readLog(logFile),
    end,
    timeoutMs,
    recoveredMs: Number.POSITIVE_INFINITY,
  });
  for (const violation of [...violations, ...late]) console.log(violation);
  return { violations: violations.length, late: late.length };
}

/** What the target says it answered, inside the deadline, with a status below 400, and how long that took it. */
function truthOf(logFile: string): Extract<Line, { truth: unknown }>['truth'] {
  const log = readLog(logFile);
  const took = [...log.requests.values()]
    .filter(({ finishedMs, status }) => finishedMs !== null && status < 400)
    .map(({ receivedMs, answeringMs }) => (answeringMs ?? 0) - receivedMs)
    .filter((ms) => ms <= timeoutMs)
    .sort((a, b) => a - b);
  return {
    received: log.requests.size,
    ok: took.length,
    p50Ms: took[Math.floor(took.length / 2)] ?? 0,
  };
}

/** The most memory a process had and the CPU time it used, read while it runs. */
function watch(pid: number): () => { peakMb: number; cpuSeconds: number } {
  const seen = { peakMb: 0, cpuSeconds: 0 };
  const look = (): void => {
    try {
      const status = readFileSync(`/proc/${pid}/status`, 'utf8');
      const peakKb = /VmHWM:\s+(\d+)/.exec(status)?.[1];
      // None where it has ended and nobody has asked how yet.
      if (peakKb === undefined) return;
      seen.peakMb = Math.round(Number(peakKb) / 1024);
      const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
      // Ticks of 10 ms: user and system time.
      seen.cpuSeconds = (Number(fields[11]) + Number(fields[12])) / 100;
    } catch {
      // It has ended: what was seen last stands.
    }
  };
  const timer = setInterval(look, 100);
  return () => {
    clearInterval(timer);
    return seen;
  };
}

async function within<T>(promise: Promise<T>, ms: number): Promise<T> {
  const giveUp = new AbortController();
  const late = sleep(ms, undefined, { signal: giveUp.signal }).then((): never => {
    throw new Error(`said nothing within ${ms / 1000} s of its end (${Math.round(monotonicMs())})`);
  });
  late.catch(() => {});
  try {
    return await Promise.race([promise, late]);
  } finally {
    giveUp.abort();
  }
}
