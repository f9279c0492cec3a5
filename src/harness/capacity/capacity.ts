import { availableParallelism, cpus } from 'node:os';
import path from 'node:path';
import { fitScalability, kneeOf, parseExpectation, type Expectation } from '../../analysis/index.ts';
import type { ClusterProvider } from '../../cluster/index.ts';
import type { RunEnd, Unstamped } from '../../journal/index.ts';
import { describePods, isAvailable, kinds, waitUntil } from '../../kubernetes/index.ts';
import type { Scenario } from '../../scenario/index.ts';
import { OpenbellError, exitCodes, messageOf } from '../../support/index.ts';
import type { Workload } from '../../workload/index.ts';
import type { RunContext } from '../context.ts';
import { deploy, type Deployed } from '../deploy.ts';
import type { RunObserver } from '../observer.ts';
import { openRun } from '../open-run.ts';
import { provision, type Provisioned } from '../provision.ts';
import { writeAtomically } from '../run-folder.ts';
import { reachSteadyState } from '../steady-state.ts';
import { openbellVersion } from '../version.ts';
import { closedLoop } from './closed-loop.ts';
import { hold, isJudgedByHold } from './hold.ts';
import type { CapacityResult, ClosedPoint, HoldPoint, PodsCapacity } from './result.ts';

/** What is measured, where, and who may end it. */
export interface CapacityOptions {
  scenario: Scenario;
  provider: ClusterProvider;
  outDir: string;
  /** Numbers of pods, rising. */
  pods: readonly number[];
  /** Rules that a rate must keep; the scenario's own about answers when empty. */
  expect: readonly string[];
  /** Length of a closed-loop step and of an open-model hold, s. */
  stepSeconds: number;
  holdSeconds: number;
  seed?: number | undefined;
  signal: AbortSignal;
  hardSignal: AbortSignal;
  observer?: RunObserver & {
    onPods?(pods: number): void;
    onClosed?(point: ClosedPoint): void;
    onHold?(point: HoldPoint): void;
  };
}

/** Where a capacity measurement was written, and what it came to. */
export interface Capacity {
  result: CapacityResult;
  /** The run's folder. */
  folder: string;
  /** The calibration file in it. */
  file: string;
}

/** Users of the closed loop, step by step. */
const userSteps = [1, 2, 4, 8, 16, 32, 64, 128, 256];

/** The curve ends after two steps that bring less than this. */
const leastGain = 0.05;

/** Holds per number of pods: each halves what is not known yet. */
const mostHolds = 6;

/** A capacity is known well enough at this share. */
const precision = 0.04;

/**
 * Finds the highest rate at which so many pods keep the rules: a closed loop with more and more users shows how much they
 * can do at all, then rates below that are held in the open model, which has the last word. The autoscaler and the faults
 * of the scenario are left out; its requests, connections and cluster are as they are.
 *
 * @throws {OpenbellError} `CAPACITY_RULE` for rules that cannot be judged so, `CAPACITY_SESSION` for scenarios of sessions or
 *   users, and what a run throws.
 */
export async function measureCapacity(options: CapacityOptions): Promise<Capacity> {
  const { provider, pods, observer, hardSignal } = options;
  const rules = rulesOf(options);
  const scenario = plainScenario(options.scenario, pods[0] ?? 1);
  const { context, workload } = await openRun({ ...options, scenario, keep: false });
  const { journal, steps } = context;
  const measured: PodsCapacity[] = [];
  let end: Unstamped<RunEnd> = { type: 'run.end', reason: 'completed' };
  try {
    const provisioned = await steps.step('provision', () => provision(context, provider, workload));
    const deployed = await steps.step('deploy', () => deploy(context, provisioned, workload));
    await steps.step('steady-state', () => reachSteadyState(context, deployed, workload));
    await steps.step('traffic', async () => {
      for (const count of pods) {
        observer?.onPods?.(count);
        await scaleTo(count, context, { provisioned, deployed, workload });
        measured.push(await measurePods(count, { options, context, target: deployed.target, rules }));
      }
    });
  } catch (error) {
    const interrupted = options.signal.aborted;
    end = { type: 'run.end', reason: interrupted ? 'interrupted' : 'failed', message: messageOf(error) };
    if (interrupted) {
      throw new OpenbellError('interrupted before the capacity was known', {
        code: 'INTERRUPTED',
        exitCode: exitCodes.interrupted,
      });
    }
    throw error;
  } finally {
    await steps.step('clean-up', () => steps.undoAll(hardSignal));
    journal.record(end);
    journal.close();
  }
  const result = resultOf(measured, { scenario, rules, provider: provider.name });
  const file = path.join(context.folder, 'capacity.json');
  await writeAtomically(file, `${JSON.stringify(result, null, 2)}\n`);
  return { result, folder: context.folder, file };
}

/** Which rules a rate must keep. */
function rulesOf({ scenario, expect }: CapacityOptions): Expectation[] {
  const asked = expect.map((rule) => {
    const parsed = parseExpectation(rule, []);
    if (!('message' in parsed) && isJudgedByHold(parsed)) return parsed;
    const why =
      'message' in parsed ? parsed.message : `${parsed.name} is not seen in a few seconds of steady load`;
    throw new OpenbellError(
      `expected a rule about availability, response or service times, got "${rule}": ${why}`,
      {
        code: 'CAPACITY_RULE',
        exitCode: exitCodes.usage,
        hint: 'For example: --expect "response.p99 < 100ms"',
      },
    );
  });
  if (asked.length > 0) return asked;
  const own = scenario.expect.filter(isJudgedByHold);
  const text = own.some(({ name }) => name.startsWith('response'))
    ? []
    : [`response.p99 < ${scenario.goodResponseMs ?? 500}ms`];
  const added = text.map((rule) => parseExpectation(rule, [])).filter((rule) => 'rule' in rule);
  return [...own, ...added];
}

/** The scenario with a fixed number of pods and without faults. */
function plainScenario(scenario: Scenario, pods: number): Scenario {
  const { workload, traffic } = scenario;
  if (traffic.session !== undefined || traffic.phases.some(({ rate }) => rate.kind === 'users')) {
    throw new OpenbellError(
      'expected a scenario of requests that stand alone, got one of sessions or users',
      {
        code: 'CAPACITY_SESSION',
        exitCode: exitCodes.usage,
        hint: 'Write the requests of a session as a mix under traffic.requests, with a rate.',
      },
    );
  }
  if (workload.kind !== 'sample-api') return { ...scenario, faults: [], expect: [], expectOverTrials: [] };
  return {
    ...scenario,
    faults: [],
    expect: [],
    expectOverTrials: [],
    workload: { ...workload, replicas: pods, autoscaler: null },
  };
}

async function scaleTo(
  pods: number,
  { namespace, signal }: RunContext,
  { provisioned, deployed, workload }: { provisioned: Provisioned; deployed: Deployed; workload: Workload },
): Promise<void> {
  const { client } = provisioned;
  const { observation } = deployed;
  if (workload.hpa !== null) {
    await client.delete(kinds.horizontalPodAutoscaler, workload.hpa, { namespace, signal });
  }
  await client.patch(
    kinds.deployment,
    workload.deployment,
    { spec: { replicas: pods } },
    { namespace, signal },
  );
  await waitUntil(
    [observation.deployments, observation.pods],
    () =>
      observation.deployments
        .objects()
        .some(
          (it) => it.metadata?.name === workload.deployment && it.spec?.replicas === pods && isAvailable(it),
        ) && observation.pods.objects().filter(({ status }) => status?.phase === 'Running').length === pods,
    {
      what: `${pods} pods of ${workload.deployment} to be available`,
      deadlineMs: 120_000,
      signal,
      explain: () => describePods(observation.pods.objects(), observation.events.objects()),
    },
  );
}

interface Probing {
  options: CapacityOptions;
  context: RunContext;
  target: URL;
  rules: readonly Expectation[];
}

async function measurePods(pods: number, probing: Probing): Promise<PodsCapacity> {
  const curve = await throughputCurve(probing);
  const points = curve.map(({ users, throughput }) => ({ n: users, throughput }));
  const most = Math.max(...points.map(({ throughput }) => throughput));
  const holds = most > 0 ? await searchRate(most, probing) : [];
  const best = bestOf(holds);
  const cpuMilli = best?.cpuMilli ?? null;
  return {
    pods,
    ratePerSecond: best?.ratePerSecond ?? null,
    curve,
    kneeUsers: kneeOf(points)?.n ?? null,
    fit: fitScalability(points),
    holds,
    requestsPerCore:
      best === null || cpuMilli === null || cpuMilli <= 0 ? null : best.ratePerSecond / (cpuMilli / 1000),
  };
}

/** Closed-loop steps with twice the users each, until twice more users bring nothing more. */
async function throughputCurve({ options, context, target }: Probing): Promise<ClosedPoint[]> {
  const { seed, scenario, signal } = context;
  const loop = { plan: scenario.traffic, target, seed, signal };
  // The first requests warm up the pods' code; they are not counted.
  await closedLoop(loop, { users: 4, seconds: options.stepSeconds });
  const curve: ClosedPoint[] = [];
  let best = 0;
  let idle = 0;
  for (const users of userSteps) {
    const point = await closedLoop(loop, { users, seconds: options.stepSeconds });
    curve.push(point);
    options.observer?.onClosed?.(point);
    idle = point.throughput > best * (1 + leastGain) ? 0 : idle + 1;
    best = Math.max(best, point.throughput);
    if (idle >= 2) break;
  }
  return curve;
}

/** Halves the range between what was kept and what was not, from below what the closed loop did at most. */
async function searchRate(most: number, { options, context, target, rules }: Probing): Promise<HoldPoint[]> {
  const holds: HoldPoint[] = [];
  let low = 0;
  let high = most;
  let next = 0.8 * most;
  while (holds.length < mostHolds && high - low > precision * most) {
    const ratePerSecond = Math.max(1, Math.round(next));
    const plan = context.scenario.traffic;
    const asked = { ratePerSecond, seconds: options.holdSeconds, rules };
    let point = await hold({ context, plan, target }, asked);
    // What may have been the generator's own fault gets a second chance.
    if (!point.kept && point.generatorLimited) point = await hold({ context, plan, target }, asked);
    context.signal.throwIfAborted();
    holds.push(point);
    options.observer?.onHold?.(point);
    if (point.kept) low = Math.max(low, ratePerSecond);
    else high = Math.min(high, ratePerSecond);
    next = (low + high) / 2;
  }
  return holds;
}

function bestOf(holds: readonly HoldPoint[]): HoldPoint | null {
  const kept = holds.filter((point) => point.kept);
  return kept.reduce<HoldPoint | null>(
    (best, point) => (best === null || point.ratePerSecond > best.ratePerSecond ? point : best),
    null,
  );
}

function resultOf(
  pods: PodsCapacity[],
  { scenario, rules, provider }: { scenario: Scenario; rules: readonly Expectation[]; provider: string },
): CapacityResult {
  const [first] = pods;
  const perPod = first?.ratePerSecond ?? null;
  return {
    apiVersion: 'openbell.dev/v1',
    kind: 'Calibration',
    scenario: scenario.name,
    measuredAt: new Date().toISOString(),
    openbellVersion,
    provider,
    machine: { cpuModel: cpus()[0]?.model ?? 'unknown', cores: availableParallelism() },
    expectations: rules.map(({ rule }) => rule),
    pods,
    podCapacityPerSecond: perPod === null || first === undefined ? null : perPod / first.pods,
    overPods: fitScalability(
      pods.flatMap(({ pods: n, ratePerSecond }) =>
        ratePerSecond === null ? [] : [{ n, throughput: ratePerSecond }],
      ),
    ),
  };
}
