import { nodeAddress, type NodeConfig } from '../../config.ts';
import type { Pod } from '../../objects.ts';
import { containerStatus, isRunning, type ContainerRecord } from './container-record.ts';

export type PodStatus = NonNullable<Pod['status']>;
type Condition = NonNullable<PodStatus['conditions']>[number];
type Phase = 'Pending' | 'Running' | 'Succeeded' | 'Failed';

/** What a pod's status follows from. */
export interface PodFacts {
  /** As the API has it: spec, conditions of others, transition times. */
  pod: Pod;
  records: readonly ContainerRecord[];
  /** Undefined while it has none. */
  podIP: string | undefined;
  startTime: string;
  /** Why the kubelet has ended it before its time. */
  failure?: { reason: string; message: string } | undefined;
  /** Nothing of it will be started again: it is being deleted, or has ended. */
  finishing: boolean;
  now: string;
  config: Pick<NodeConfig, 'addresses' | 'index'>;
}

/** The part of a pod's status that the kubelet owns, complete, with everybody else's conditions kept. */
export function podStatus(facts: PodFacts): PodStatus {
  const { pod, records, podIP, startTime, config } = facts;
  const hostIP = nodeAddress(config.addresses, config.index);
  const phase = podPhase(facts);
  const inits = records.filter(({ role }) => role !== 'app').map(containerStatus);
  const generation = pod.metadata?.generation;
  return {
    ...(generation !== undefined && { observedGeneration: generation }),
    phase,
    ...facts.failure,
    conditions: conditions(facts, phase),
    hostIP,
    hostIPs: [{ ip: hostIP }],
    ...(podIP !== undefined && { podIP, podIPs: [{ ip: podIP }] }),
    startTime,
    ...(inits.length > 0 && { initContainerStatuses: inits }),
    containerStatuses: records.filter(({ role }) => role === 'app').map(containerStatus),
  };
}

/** A pod's phase, by the kubelet's own rules (getPhase). */
export function podPhase({
  pod,
  records,
  finishing,
  failure,
}: Pick<PodFacts, 'pod' | 'records' | 'finishing' | 'failure'>): Phase {
  if (failure !== undefined) return 'Failed';
  const policy = pod.spec?.restartPolicy ?? 'Always';
  const inits = records.filter(({ role }) => role === 'init');
  if (policy === 'Never' && inits.some(hasFailed)) return 'Failed';
  const apps = records.filter(({ role }) => role === 'app');
  const running = apps.filter(isRunning).length;
  const stopped = apps.filter(
    ({ state, lastState }) => (state.terminated ?? (state.waiting && lastState.terminated)) !== undefined,
  );
  const waiting = apps.length - running - stopped.length;
  const initializing = !isInitialized(records) && running === 0 && stopped.length === 0;
  if (finishing && running === 0) {
    const ended = [...inits, ...apps].filter(({ state }) => state.terminated !== undefined);
    return ended.length > 0 && waiting === 0 && !ended.some(hasFailed) ? 'Succeeded' : 'Failed';
  }
  if (initializing || waiting > 0) return 'Pending';
  if (running > 0 || policy === 'Always') return 'Running';
  if (!stopped.some(hasFailed)) return 'Succeeded';
  return policy === 'Never' ? 'Failed' : 'Running';
}

function hasFailed({ state }: ContainerRecord): boolean {
  return state.terminated !== undefined && state.terminated.exitCode !== 0;
}

/** Every init container has done its work, every sidecar has started. */
function isInitialized(records: readonly ContainerRecord[]): boolean {
  return incomplete(records).length === 0;
}

function incomplete(records: readonly ContainerRecord[]): string[] {
  return records
    .filter(({ role, state, started }) =>
      role === 'init' ? state.terminated?.exitCode !== 0 : role === 'sidecar' ? !started : false,
    )
    .map(({ spec }) => spec.name);
}

/** What the kubelet says about a pod, in Kubernetes' order; conditions of others follow. */
function conditions(facts: PodFacts, phase: Phase): Condition[] {
  const { pod, records, podIP, finishing } = facts;
  const before = new Map((pod.status?.conditions ?? []).map((condition) => [condition.type, condition]));
  const running = records.some(isRunning);
  const ours = [
    verdict('PodReadyToStartContainers', podIP !== undefined && (!finishing || running)),
    initialized(records, phase),
    ready(facts, phase),
    containersReady(records, phase),
    before.get('PodScheduled') ?? verdict('PodScheduled', true),
  ];
  const types = new Set(ours.map(({ type }) => type));
  const others = [...before.values()].filter(({ type }) => !types.has(type));
  return [...ours.map((condition) => dated(condition, before.get(condition.type), facts)), ...others];
}

type Verdict = Omit<Condition, 'lastTransitionTime' | 'lastProbeTime'>;

function verdict(type: string, holds: boolean, reason?: string, message?: string): Verdict {
  return {
    type,
    status: holds ? 'True' : 'False',
    ...(reason !== undefined && { reason }),
    ...(message !== undefined && { message }),
  };
}

/** With the time at which its status became what it is. */
function dated(condition: Verdict, before: Condition | undefined, { now, pod }: PodFacts): Condition {
  const same = before?.status === condition.status;
  const lastTransitionTime = same ? (before.lastTransitionTime ?? now) : now;
  const generation = pod.metadata?.generation;
  return {
    ...condition,
    ...(generation !== undefined && { observedGeneration: generation }),
    lastTransitionTime,
  };
}

function initialized(records: readonly ContainerRecord[], phase: Phase): Verdict {
  const names = incomplete(records);
  if (phase === 'Succeeded') return verdict('Initialized', true, 'PodCompleted');
  // Once the app containers ran, initialization is a thing of the past.
  const apps = records.filter(({ role }) => role === 'app');
  const past = apps.some(({ state, lastState }) => state.running ?? state.terminated ?? lastState.terminated);
  if (names.length === 0 || past) return verdict('Initialized', true);
  return verdict(
    'Initialized',
    false,
    'ContainersNotInitialized',
    `containers with incomplete status: [${names.join(' ')}]`,
  );
}

function containersReady(records: readonly ContainerRecord[], phase: Phase): Verdict {
  return readiness('ContainersReady', records, phase);
}

function readiness(type: string, records: readonly ContainerRecord[], phase: Phase): Verdict {
  if (phase === 'Succeeded') return verdict(type, false, 'PodCompleted');
  if (phase === 'Failed') return verdict(type, false, 'PodFailed');
  const unready = records.filter(({ role, ready }) => role !== 'init' && !ready).map(({ spec }) => spec.name);
  if (unready.length === 0) return verdict(type, true);
  return verdict(type, false, 'ContainersNotReady', `containers with unready status: [${unready.join(' ')}]`);
}

/** Ready: all containers are, and every readiness gate is open. */
function ready({ pod, records }: PodFacts, phase: Phase): Verdict {
  const containers = readiness('Ready', records, phase);
  if (containers.status !== 'True') return containers;
  const closed = (pod.spec?.readinessGates ?? []).flatMap(({ conditionType }) => {
    const gate = pod.status?.conditions?.find(({ type }) => type === conditionType);
    if (gate?.status === 'True') return [];
    return gate === undefined
      ? `corresponding condition of pod readiness gate "${conditionType}" does not exist.`
      : `the status of pod readiness gate "${conditionType}" is not "True", but ${gate.status}`;
  });
  return closed.length === 0
    ? containers
    : verdict('Ready', false, 'ReadinessGatesNotReady', closed.join(', '));
}
