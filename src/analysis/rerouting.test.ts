import { describe, expect, test } from 'vitest';
import { syntheticJournal } from '../../test/support/synthetic-journal.ts';
import {
  deployment,
  endpoints,
  failure,
  fault,
  gone,
  newPod,
  pod,
  tinyRun,
  traffic,
} from '../../test/support/tiny-journal.ts';
import type { JournalEvent } from '../journal/index.ts';
import { analyse, type Findings } from './index.ts';

function findingsOf(...events: (JournalEvent | JournalEvent[])[]): Findings {
  const before = [deployment(1, 2), ...newPod(2, 'a'), ...newPod(3, 'b'), endpoints(120, 'a', 'b')];
  return analyse(tinyRun(before, ...events));
}

/** Seconds of traffic in which a pod answered: due second → first and last answer, and how many of ten were on used connections. */
function served(
  seconds: JournalEvent[],
  name: string,
  answers: Record<number, [number, number]>,
): JournalEvent[] {
  return seconds.map((event) => {
    if (event.type !== 'traffic.second') return event;
    const [firstT, lastT] = answers[event.second] ?? [];
    if (firstT === undefined || lastT === undefined) return event;
    return {
      ...event,
      pods: { [name]: { node: 'worker-1', ok: 10, httpError: 0, firstT, lastT, connections: 1, reused: 6 } },
    };
  });
}

describe('a pod that is told to end', () => {
  const leaving = [pod(5500, 'a', { terminating: true }), endpoints(5600, 'b'), gone(7200, 'a')];
  const departureOf = (...events: (JournalEvent | JournalEvent[])[]) =>
    findingsOf(leaving, ...events).rerouting.departures[0];

  test('is followed by what it still answered, the second of the instant in proportion', () => {
    const departure = departureOf(
      served(traffic(10), 'a', { 4: [4000, 4900], 5: [5000, 6000], 6: [6000, 6900] }),
    );
    expect(departure).toMatchObject({
      pod: 'a',
      faultId: null,
      sigtermMs: 5500,
      outOfRotationMs: 5600,
      diedMs: 7200,
    });
    expect(departure?.afterSigterm).toEqual({
      answered: 15,
      failed: 0,
      reused: 9,
      estimated: true,
      lastMs: 6900,
    });
    expect(departure?.afterOutOfRotation).toMatchObject({ answered: 14 });
    expect(departure?.afterDeath).toEqual({
      answered: 0,
      failed: 0,
      reused: 0,
      estimated: false,
      lastMs: null,
    });
  });

  test('is followed by what failed on connections on which it had answered, each failure by its weight', () => {
    const failures = [
      failure(5700, { pod: 'a', reused: true }),
      failure(5800, { pod: 'a', reused: true }),
      failure(5300, { pod: 'a' }),
      failure(5900, { pod: 'b' }),
    ];
    const departure = departureOf(traffic(10, { failures, resets: 8 }));
    expect(departure?.afterSigterm).toMatchObject({ answered: 0, failed: 4, reused: 4, lastMs: 5800 });
  });

  test('without any request afterwards is said to have had none', () => {
    const { says } = findingsOf(leaving, traffic(10)).rerouting;
    expect(says.map(({ text }) => text)).toEqual([
      '1 pod was told to end (SIGTERM); no request went there afterwards.',
    ]);
  });
});

test('an older journal does not tell which connections had been used', () => {
  const older = traffic(10).map((event): JournalEvent =>
    event.type === 'traffic.second' && event.second === 6
      ? {
          ...event,
          pods: { a: { node: 'n', ok: 4, httpError: 0, firstT: 6000, lastT: 6500, connections: 1 } },
        }
      : event,
  );
  const departure = findingsOf(pod(5500, 'a', { terminating: true }), gone(7000, 'a'), older).rerouting
    .departures[0];
  expect(departure?.afterSigterm).toMatchObject({ answered: 4, reused: null });
});

describe('requests that a fault led astray', () => {
  const killed = [...fault(5000, 'kill', 'Pod', 'a'), gone(5004, 'a'), endpoints(5400, 'b')];
  const failures = [
    failure(4990, { endedT: 5001, pod: 'a', reused: true }),
    failure(5010, { pod: 'a', reused: true }),
    failure(5020),
    failure(5390),
    failure(5450),
    failure(5460, { pod: 'b', outcome: 'timeout', reused: true }),
  ];
  const seconds = served(traffic(10, { failures }), 'b', { 1: [1000, 1900] });
  const misrouted = findingsOf(killed, seconds).faults[0]?.misrouted;

  test('are divided into those under way, keep-alive’s, the proxy’s and the rest', () => {
    expect(misrouted).toMatchObject({
      underWay: 1,
      keptConnections: 1,
      whileListed: 2,
      afterwards: 1,
      livingPods: 1,
      lastMs: 5390,
      outOfRotationMs: 5400,
    });
  });

  test('are told in a sentence with the seconds it speaks of', () => {
    expect(misrouted?.says).toEqual([
      {
        text:
          "After the fault 4 requests went astray and failed: 1 over connections that clients had kept to the lost pod (keep-alive's share); " +
          "2 over new connections, because the Service's proxy still chose the lost pod, listed in the EndpointSlices until 400 ms after the fault " +
          "(the proxy's share); 1 over new connections after the lost pod had left the EndpointSlices; the last was due 390 ms after the fault. " +
          'Besides, 1 request that was under way when the fault struck failed.',
        definition: 'rerouting',
        fromMs: 5000,
        toMs: 5390,
      },
    ]);
  });
});

test('of a market-open run, the lost requests of each fault are divided without remainder, and arrivals are timed', () => {
  const { faults, rerouting } = analyse(syntheticJournal());
  for (const { lost, lostByOutcome, misrouted } of faults) {
    const {
      underWay = 0,
      keptConnections = 0,
      whileListed = 0,
      afterwards = 0,
      livingPods = 0,
    } = misrouted ?? {};
    const sum = underWay + keptConnections + whileListed + afterwards + livingPods;
    expect(sum).toBe(lost - (lostByOutcome.dropped ?? 0));
  }
  expect(rerouting.arrivals.length).toBeGreaterThanOrEqual(6);
  for (const { readyMs, inRotationMs } of rerouting.arrivals)
    expect(inRotationMs).toBeGreaterThanOrEqual(readyMs);
});
