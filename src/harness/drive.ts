import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { playFaults, type FaultPlay, type FaultSpec } from '../faults/index.ts';
import type { TrafficStart, Unstamped } from '../journal/index.ts';
import { monotonicMs, systemClock } from '../support/index.ts';
import { describeClocks, describeMovedClocks, startLoadPods } from './load-pods.ts';
import {
  phaseStarts,
  startTraffic,
  type ConnectionPolicy,
  type TrafficPlan,
  startRemoteTraffic,
  type TrafficOptions,
  type TrafficTick,
} from '../traffic/index.ts';
import type { Workload } from '../workload/index.ts';
import type { RunContext } from './context.ts';
import type { Deployed } from './deploy.ts';
import type { Provisioned } from './provision.ts';

/** What is left when traffic has ended: faults that may be in force, and what went wrong with them. */
export interface Driven {
  faults: FaultPlay;
  /** Grows until the faults are rolled back. */
  failures: string[];
}

/** Traffic starts this long after it was asked for, so that its thread is up and the faults are planned. */
const leadTimeMs = 200;

/**
 * Plays the phases of traffic with the faults among them, until every scheduled request has its outcome. A fault that fails
 * and a person who interrupts end the schedule early. If this throws, the checklist knows how to roll the faults back.
 */
export async function drive(
  context: RunContext,
  provisioned: Provisioned,
  { target }: Deployed,
  workload: Workload,
): Promise<Driven> {
  const { scenario, seed, namespace, journal, observer, steps, signal, hardSignal } = context;
  const { client, cluster } = provisioned;
  const plan = scenario.traffic;
  const listeners = {
    originMs: journal.originMs,
    onSecond: (second: Parameters<TrafficOptions['onSecond']>[0]) => journal.record(second),
    onTick: (tick: TrafficTick) => observer.onTick?.(tick),
  };
  const traffic =
    scenario.trafficPods === undefined
      ? startTraffic({
          ...listeners,
          plan,
          target,
          seed,
          startAtMs: monotonicMs() + leadTimeMs,
          goodResponseMs: scenario.goodResponseMs,
          ...(context.ledger ? { ledgerFile: await beginLedger(context.folder) } : {}),
        })
      : await startRemoteTraffic({
          ...listeners,
          generators: await startLoadPods(context, provisioned, workload, scenario.trafficPods),
          onClocks: (clocks) =>
            journal.record({ type: 'note', level: 'info', message: describeClocks(clocks) }),
          onClocksMoved: (moved) =>
            journal.record({ type: 'note', level: 'info', message: describeMovedClocks(moved) }),
          signal,
        });
  const over = new AbortController();
  let faults: FaultPlay | null = null;
  const stop = (): void => {
    over.abort();
    traffic.stop();
    void faults?.rollBack(null);
  };
  const abort = (): void => traffic.abort();
  signal.addEventListener('abort', stop, { once: true });
  hardSignal.addEventListener('abort', abort, { once: true });
  try {
    if (signal.aborted) stop();
    if (hardSignal.aborted) abort();
    const startMs = await traffic.started;
    journal.record({
      type: 'traffic.start',
      t: startMs - journal.originMs,
      target:
        scenario.trafficPods === undefined ? target.href : `${workload.service}, from inside the cluster`,
      connections: plan.connections,
      timeoutMs: plan.timeoutMs,
      connectionPolicy: describePolicy(plan.connectionPolicy),
      ...modelOf(plan),
      threads: traffic.workers,
    });
    void announcePhases(context, startMs, over.signal);
    const failures: string[] = [];
    faults = playFaults({
      specs: signal.aborted ? [] : scenario.faults.map((spec) => withNodeName(spec, cluster.facts.nodeNames)),
      client,
      cluster,
      namespace,
      workloadSelector: workload.podSelector,
      seed,
      startAtMs: startMs,
      recorder: journal,
      onFailed: (reason) => {
        failures.push(reason);
        stop();
      },
    });
    const playing = faults;
    steps.undoLater('the faults', () => playing.rollBack(null));
    journal.record(await traffic.done);
    return { faults, failures };
  } finally {
    over.abort();
    signal.removeEventListener('abort', stop);
    hardSignal.removeEventListener('abort', abort);
  }
}

/** The fault with the names that the cluster gives to the nodes it names. */
function withNodeName(spec: FaultSpec, nodeNames: Record<string, string>): FaultSpec {
  const { node } = spec.select;
  const called = (name: string): string => nodeNames[name] ?? name;
  return {
    ...spec,
    ...(spec.joins === undefined ? {} : { joins: spec.joins.map(called) }),
    select: { ...spec.select, node: node === null ? null : called(node) },
  };
}

/** Journals each phase as it begins, with the instant that the schedule gives it. */
async function announcePhases(
  { scenario, journal }: RunContext,
  startMs: number,
  over: AbortSignal,
): Promise<void> {
  const starts = phaseStarts(scenario.traffic);
  for (const [index, { name }] of scenario.traffic.phases.entries()) {
    const at = startMs + (starts[index] ?? 0);
    await systemClock.sleep(Math.max(0, at - monotonicMs()), over).catch(() => {});
    if (over.aborted) return;
    journal.record({ type: 'phase.start', t: at - journal.originMs, index, name });
  }
}

/** A file to which each request's end is appended; see `TrafficOptions.ledgerFile`. */
async function beginLedger(folder: string): Promise<string> {
  const file = path.join(folder, 'requests.csv');
  await writeFile(file, 'id,due_ms,sent_ms,ended_ms,outcome,status\n');
  return file;
}

/** Whether requests arrive by themselves or follow from answers. */
function modelOf({
  phases,
  think,
  session,
  requests,
}: TrafficPlan): Pick<Unstamped<TrafficStart>, 'model' | 'think' | 'sessionSteps'> {
  const isClosed = phases.some(({ rate }) => rate.kind === 'users');
  return {
    model: isClosed ? 'closed' : 'open',
    ...(isClosed ? { think: think ?? { fromMs: 0, toMs: 0 } } : {}),
    ...(session === undefined ? {} : { sessionSteps: requests.map(({ name }) => name) }),
  };
}

function describePolicy(policy: ConnectionPolicy): string {
  switch (policy.kind) {
    case 'keep':
      return 'kept as long as the server lets them';
    case 'every':
      return `a new connection every ${policy.requests} requests`;
    case 'perRequest':
      return 'a new connection for each request';
    default:
      return policy satisfies never;
  }
}
