/** From the file's words to the values that the parts of a run are told with. Pure. */
import {
  effectiveTimings,
  type ClusterSpec,
  type NodePowerCommands,
  type NodeSpec,
  type Timings,
} from '../cluster/spec.ts';
import type { FaultSpec } from '../faults/spec.ts';
import type {
  Auth,
  ConnectionPolicy,
  Phase,
  RateShape,
  RequestSpec,
  Save,
  ThinkTime,
  TlsSettings,
  Variable,
} from '../traffic/index.ts';
import type { ManifestsSpec, SampleApiSpec } from '../workload/index.ts';
import { parseAnswerRule, type AnswerCheck } from '../traffic/index.ts';
import type { FaultItem, ScenarioFile } from './schema.ts';
import type {
  AuthItem,
  PhaseItem,
  RequestItem,
  StepItem,
  ThinkItem,
  TlsItem,
  VariableItem,
} from './traffic-schema.ts';
import type { Scenario } from './scenario.ts';
import type { ValueTable } from './values-csv.ts';

/** Kubernetes' own label with a node's name. */
export const hostnameLabel = 'kubernetes.io/hostname';

export function workersOf({ workers, capacity, labels }: ScenarioFile['cluster']): NodeSpec[] {
  const asked =
    typeof workers === 'number' ? Array.from({ length: workers }, () => ({ labels: {} })) : workers;
  return asked.map((worker: Partial<Exclude<typeof workers, number>[number]>, index) => ({
    name: worker.name ?? `worker-${index + 1}`,
    cpuMilli: milli(worker.cpu ?? capacity.cpu ?? 2000),
    memoryBytes: worker.memory ?? capacity.memory ?? 2 * 2 ** 30,
    maxPods: worker.pods ?? capacity.pods ?? 110,
    labels: { ...labels, ...worker.labels },
  }));
}

/** What add-node faults bring, in the order of the file: like the workers, by names that no worker has. */
export function sparesOf(
  cluster: ScenarioFile['cluster'],
  faults: readonly (FaultItem | undefined)[],
): NodeSpec[] {
  const wanted = faults.reduce((sum, fault) => sum + joiningWith(fault), 0);
  const names = new Set(workersOf(cluster).map(({ name }) => name));
  const free = Array.from({ length: wanted + names.size }, (_, index) => `spare-${index + 1}`)
    .filter((name) => !names.has(name))
    .slice(0, wanted);
  const { capacity, labels } = cluster;
  return workersOf({ workers: free.map((name) => ({ name, labels: {} })), capacity, labels });
}

/** How many nodes join with the fault. */
export function joiningWith(fault: FaultItem | undefined): number {
  return fault?.type === 'add-node' ? (fault.count ?? 1) : 0;
}

/** The user's commands, if there are any. */
export function nodePowerOf({ nodePower }: ScenarioFile['cluster']): Pick<ClusterSpec, 'nodePower'> {
  if (nodePower === undefined) return {};
  const given = Object.entries(nodePower).filter(([, command]) => command !== undefined);
  return { nodePower: Object.fromEntries(given) as NodePowerCommands };
}

/** What a container's start costs, if it is to cost anything. */
export function containerStartOf({
  containerStart,
}: ScenarioFile['embedded']): Pick<ClusterSpec, 'containerStartMs'> {
  return containerStart === 0 ? {} : { containerStartMs: containerStart };
}

/** `none` cannot come where it is not allowed; the schema's type does not know. */
function milli(cpu: number | 'none'): number {
  return cpu === 'none' ? 0 : cpu;
}

/** Effective timings; a speed-up that is given goes before the file's. */
export function timingsOf({ speedup, ...overrides }: ScenarioFile['timing'], override?: number): Timings {
  const named = Object.entries(overrides)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => [name === 'hpaTolerance' ? name : `${name}Ms`, value]);
  return effectiveTimings(override ?? speedup, Object.fromEntries(named) as Partial<Timings>);
}

export function sampleApiOf(file: NonNullable<ScenarioFile['workload']['sampleApi']>): SampleApiSpec {
  const { autoscaler } = file;
  return {
    kind: 'sample-api',
    replicas: file.replicas,
    cpuRequestMilli: milli(file.cpuRequest),
    cpuLimitMilli: file.cpuLimit === 'none' ? null : file.cpuLimit,
    quoteWorkMs: file.quoteWork,
    ordersWaitMs: file.ordersWait,
    startupDelayMs: file.startupDelay,
    drainMs: file.drain,
    startupPeriodSeconds: file.startupPeriod,
    readinessPeriodSeconds: file.readinessPeriod,
    terminationGraceSeconds: file.terminationGrace,
    autoscaler:
      autoscaler === undefined
        ? null
        : {
            minReplicas: autoscaler.minReplicas,
            maxReplicas: autoscaler.maxReplicas,
            targetCpuUtilization: autoscaler.targetCpuUtilization,
            behavior: autoscaler.behavior ?? null,
          },
  };
}

/** Nothing where the file says nothing. */
export function economyOf({
  podCapacity,
  podHour,
  lostRequest,
  currency,
}: Omit<ScenarioFile['economy'], 'calibration'>): Pick<Scenario, 'economy'> {
  const economy = {
    ...(podCapacity !== undefined && { podCapacityPerSecond: podCapacity }),
    ...(podHour !== undefined && { podHourPrice: podHour }),
    ...(lostRequest !== undefined && { lostRequestPrice: lostRequest }),
    ...(currency !== undefined && { currency }),
  };
  return Object.keys(economy).length === 0 ? {} : { economy };
}

export function manifestsOf(
  file: NonNullable<ScenarioFile['workload']['manifests']>,
  objects: ManifestsSpec['objects'],
  folder: (relative: string) => string,
): ManifestsSpec {
  return {
    kind: 'manifests',
    objects,
    images: file.images.map((image) => ({ ...image, workingDir: folder(image.workingDir) })),
    service: file.service,
    port: file.port ?? null,
  };
}

/** The recordings that phases replay, by the files' names; a file that could not be read is not among them. */
export interface Recordings {
  rates: ReadonlyMap<string, Points>;
  arrivals: ReadonlyMap<string, number[]>;
}

export function phaseOf({ name, duration, rate, users }: PhaseItem, recordings: Recordings): Phase {
  const shape: RateShape =
    rate === undefined ? { kind: 'users', users: users ?? 0 } : shapeOf(rate, duration, recordings);
  return { name, durationMs: duration, rate: shape };
}

/** The points of a recorded rate. */
export type Points = { atMs: number; rate: number }[];

function shapeOf(
  rate: NonNullable<PhaseItem['rate']>,
  durationMs: number,
  recordings: Recordings,
): RateShape {
  if (typeof rate === 'number') return { kind: 'constant', rate };
  const { ramp, step, spike, sine, replay, accessLog } = rate;
  if (ramp !== undefined) return { kind: 'ramp', ...ramp };
  if (step !== undefined) return { kind: 'step', ...step };
  if (spike !== undefined) {
    const { base, peak, at, width } = spike;
    return { kind: 'spike', base, peak, atMs: at ?? durationMs / 2, widthMs: width };
  }
  if (sine !== undefined) {
    return { kind: 'sine', mean: sine.mean, amplitude: sine.amplitude, periodMs: sine.period };
  }
  if (accessLog !== undefined) {
    const atMs = recordings.arrivals.get(accessLog.file) ?? [];
    return { kind: 'arrivals', atMs: atMs.map((ms) => ms / accessLog.speed) };
  }
  const { file = '', speed = 1, scale = 1 } = replay ?? {};
  const points = recordings.rates.get(file) ?? [];
  return {
    kind: 'replay',
    points: points.map(({ atMs, rate }) => ({ atMs: atMs / speed, rate: rate * scale })),
  };
}

/** The highest rate that a shape reaches, per second. */
export function peakOf(shape: RateShape): number {
  switch (shape.kind) {
    case 'constant':
      return shape.rate;
    case 'ramp':
    case 'step':
      return Math.max(shape.from, shape.to);
    case 'spike':
      return Math.max(shape.base, shape.peak);
    case 'sine':
      return shape.mean + shape.amplitude;
    case 'replay':
      return Math.max(0, ...shape.points.map(({ rate }) => rate));
    case 'arrivals':
      return mostWithinASecond(shape.atMs);
    case 'users':
      return 0;
    default:
      return shape satisfies never;
  }
}

function mostWithinASecond(atMs: readonly number[]): number {
  let most = 0;
  let from = 0;
  for (const [to, ms] of atMs.entries()) {
    while (ms - (atMs[from] ?? ms) >= 1000) from++;
    most = Math.max(most, to - from + 1);
  }
  return most;
}

export function requestOf(
  item: RequestItem,
  index: number,
  bodyOf: (file: string) => Uint8Array | null,
): RequestSpec {
  const { name = `request-${index + 1}`, weight, method, path } = item;
  const isJson = item.json !== undefined;
  const hasType = Object.keys(item.headers).some((header) => header.toLowerCase() === 'content-type');
  const headers = isJson && !hasType ? { ...item.headers, 'content-type': 'application/json' } : item.headers;
  const file = item.bodyFile === undefined ? null : bodyOf(item.bodyFile);
  return {
    name,
    weight,
    method,
    path,
    headers,
    body: isJson ? JSON.stringify(item.json) : (item.body ?? file),
    ...(isJson ? { bodyFormat: 'json' } : {}),
    ...(item.checks === undefined ? {} : { checks: item.checks.flatMap(answerCheck) }),
  };
}

/** A step of a session. */
export function stepOf(
  item: StepItem,
  index: number,
  bodyOf: (file: string) => Uint8Array | null,
): RequestSpec {
  const { name = `step-${index + 1}`, think, save, ...request } = item;
  const saves = Object.entries(save).flatMap(([variable, place]) => saveOf(variable, place) ?? []);
  return {
    ...requestOf({ ...request, name, weight: 1 }, index, bodyOf),
    ...(saves.length === 0 ? {} : { saves }),
    ...(think === undefined ? {} : { think: thinkOf(think) }),
  };
}

/** What `json token` or `header etag` names; null where that is no place. */
export function saveOf(variable: string, place: string): Save | null {
  // A rule has the same places.
  const rule = parseAnswerRule(`${place.trim()} exists`);
  if ('problem' in rule || rule.subject.of === 'status' || rule.subject.of === 'body') return null;
  return { variable, from: rule.subject };
}

export function thinkOf(think: ThinkItem): ThinkTime {
  return typeof think === 'number' ? { fromMs: think, toMs: think } : { fromMs: think.from, toMs: think.to };
}

/** A rule that cannot be read is a problem that was found elsewhere. */
function answerCheck(rule: string): AnswerCheck[] {
  const parsed = parseAnswerRule(rule);
  return 'problem' in parsed ? [] : [parsed];
}

/** The variables whose shape is right, with the rows of their files; a file that could not be read has none. */
export function variablesFrom(
  items: Readonly<Record<string, VariableItem | undefined>>,
  tables: ReadonlyMap<string, ValueTable>,
): Record<string, Variable> {
  return Object.fromEntries(
    Object.entries(items).flatMap(([name, item]): [string, Variable][] => {
      if (item?.sequence !== undefined) {
        return [[name, { kind: 'sequence', from: item.sequence.from, to: item.sequence.to ?? null }]];
      }
      if (item?.random !== undefined) return [[name, { kind: 'random', values: item.random }]];
      if (item?.csv === undefined) return [];
      const { columns, rows } = tables.get(item.csv.file) ?? { columns: [], rows: [] };
      return [[name, { kind: 'csv', columns, rows, order: item.csv.order }]];
    }),
  );
}

export function authOf({ basic, bearer }: AuthItem): Auth {
  if (basic !== undefined) return { kind: 'basic', ...basic };
  return { kind: 'bearer', tokenEnv: bearer?.tokenEnv ?? '' };
}

export function tlsOf(
  { ca, cert, key, serverName, verify }: TlsItem,
  certificates: ReadonlyMap<string, string>,
): TlsSettings {
  const pem = (file: string | undefined): string | null =>
    file === undefined ? null : (certificates.get(file) ?? null);
  return { ca: pem(ca), cert: pem(cert), key: pem(key), serverName: serverName ?? null, verify };
}

/** What is sent when the file does not say. */
export const defaultRequest: RequestSpec = {
  name: 'quote',
  weight: 1,
  method: 'GET',
  path: '/quote/AAPL',
  headers: {},
  body: null,
};

/** Enough to survive a stall of one second at the highest rate: that many requests are under way when it ends. Users need one each. */
export function defaultConnections(phases: readonly Phase[]): number {
  const needed = phases.map(({ rate }) => (rate.kind === 'users' ? rate.users : peakOf(rate)));
  return Math.max(10, Math.ceil(Math.max(...needed)));
}

export function connectionPolicyOf(every: number | 'never'): ConnectionPolicy {
  if (every === 'never') return { kind: 'keep' };
  return every === 1 ? { kind: 'perRequest' } : { kind: 'every', requests: every };
}

/** The ids of faults: given, or `<type>-<n>` counted by type. */
export function faultIds(
  faults: readonly (Pick<FaultItem, 'id' | 'type'> | undefined)[],
): (string | undefined)[] {
  const counts = new Map<string, number>();
  return faults.map((fault) => {
    if (fault === undefined) return undefined;
    const count = (counts.get(fault.type) ?? 0) + 1;
    counts.set(fault.type, count);
    return fault.id ?? `${fault.type}-${count}`;
  });
}

/** When a fault is due, ms after the start of traffic; null where its phase is unknown. */
export function instantOf(
  at: FaultItem['at'],
  phases: readonly Pick<Phase, 'name' | 'durationMs'>[],
): number | null {
  if (typeof at === 'number') return at;
  const index = phases.findIndex(({ name }) => name === at.phase);
  if (index === -1) return null;
  return phases.slice(0, index).reduce((sum, { durationMs }) => sum + durationMs, 0) + at.after;
}

export function faultOf(
  item: FaultItem,
  { id, atMs, joins }: { id: string; atMs: number; joins: string[] },
): FaultSpec {
  return {
    id,
    type: item.type,
    atMs,
    select: {
      labels: item.labels ?? null,
      node: item.node ?? null,
      amount: item.percent === undefined ? { count: item.count ?? 1 } : { percent: item.percent },
    },
    ...(item.component === undefined ? {} : { component: item.component }),
    ...(item.type === 'add-node' ? { joins } : {}),
    forMs: item.for ?? null,
  };
}
