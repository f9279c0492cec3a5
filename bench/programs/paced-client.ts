/**
 * autocannon's client, each with one connection, sending when a schedule says so and not when the last answer has come:
 * what the arrivals of openbell's engine cost with nothing of openbell but the pacer. Told `{ url, connections, rate, warmUpSeconds,
 * seconds }`, sends what the requests after the warm-up cost.
 */
import Client from 'autocannon/lib/httpClient.js';
import { newHistogram } from '../../src/traffic/histograms.ts';
import { monotonicMs } from '../../src/support/index.ts';
import { Pacer } from '../../src/traffic/generator/pacer.ts';
import { scheduleOf } from '../../src/traffic/schedule.ts';
import { wakeUps } from '../support/wake-ups.ts';

const asked = JSON.parse(process.argv[2] ?? '{}') as {
  url: string;
  connections: number;
  rate: number;
  warmUpSeconds: number;
  seconds: number;
};
const { protocol, hostname, port, pathname } = new URL(asked.url);
const free: PacedClient[] = [];

class PacedClient extends Client {
  /** The base class asks for its next request once it is connected and after each answer. */
  override _doRequest(): void {
    free.push(this);
  }

  send(): void {
    super._doRequest();
  }
}

const responses = newHistogram();
for (let i = 0; i < asked.connections; i++) {
  const client = new PacedClient({ protocol, hostname, port: Number(port), path: pathname });
  client.on('response', (_status: number, _bytes: number, durationMs: number) => {
    responses.recordValue(durationMs * 1000);
  });
}

const durationMs = (asked.warmUpSeconds + asked.seconds) * 1000;
const schedule = scheduleOf({
  phases: [{ name: 'hold', durationMs, rate: { kind: 'constant', rate: asked.rate } }],
});
const firstMeasured = asked.rate * asked.warmUpSeconds;
let sent = 0;
let begin = { cpu: process.threadCpuUsage(), wakeUps: 0 };
const pacer = new Pacer({
  schedule,
  startMs: monotonicMs(),
  now: monotonicMs,
  paced: {
    arrive(index) {
      if (index === firstMeasured) {
        begin = { cpu: process.threadCpuUsage(), wakeUps: wakeUps('thread-self') };
        sent = 0;
      }
      const client = free.shift();
      if (client === undefined) return;
      client.send();
      sent++;
    },
    nextDueMs: () => Number.POSITIVE_INFINITY,
    turn() {
      if (pacer.arrived < schedule.total) return false;
      const { user, system } = process.threadCpuUsage(begin.cpu);
      process.send?.(
        { requests: sent, cpuUs: user + system, wakeUps: wakeUps('thread-self') - begin.wakeUps },
        () => process.exit(0),
      );
      return true;
    },
  },
});
