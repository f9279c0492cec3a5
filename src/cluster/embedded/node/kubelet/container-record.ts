import type { Pod } from '../../objects.ts';
import type { Container, ContainerExit } from '../runtime/index.ts';
import type { BackOff } from './back-off.ts';
import type { SpecContainer } from './environment.ts';

export type ContainerStatus = NonNullable<NonNullable<Pod['status']>['containerStatuses']>[number];
type ContainerState = NonNullable<ContainerStatus['state']>;
export type Terminated = NonNullable<ContainerState['terminated']>;

/** `sidecar`: an init container with restartPolicy Always, which runs beside the others. */
export type ContainerRole = 'init' | 'sidecar' | 'app';

/** What the kubelet knows of one container of a pod. The pod's worker changes it. */
export interface ContainerRecord {
  readonly role: ContainerRole;
  readonly spec: SpecContainer;
  readonly crashes: BackOff;
  readonly pulls: BackOff;
  /** Of the instance that runs or ran last. */
  restartCount: number;
  state: ContainerState;
  lastState: ContainerState;
  /** It was started, and the kubelet has not looked at it since. */
  unseen: boolean;
  /** Its startup probe, if any, has succeeded. */
  started: boolean;
  ready: boolean;
  imageID: string;
  /** `openbell://<id>`; empty until there is one. */
  containerID: string;
  /** The instance in the runtime, running or ended. */
  instance: Container | undefined;
  /** Monotonic time of the last exit. */
  endedAt: number | undefined;
  /** Monotonic time of the last failed pull. */
  pullFailedAt: number | undefined;
  /** Monotonic time before which it is not tried to start it. */
  notBefore: number;
}

/** A record before anything was done, continuing what the API remembers of an earlier instance. */
export function newRecord(
  {
    role,
    spec,
    remembered,
  }: { role: ContainerRole; spec: SpecContainer; remembered: ContainerStatus | undefined },
  backOff: () => BackOff,
): ContainerRecord {
  return {
    role,
    spec,
    crashes: backOff(),
    pulls: backOff(),
    restartCount: remembered?.restartCount ?? 0,
    state: { waiting: { reason: 'ContainerCreating' } },
    lastState: remembered?.lastState ?? {},
    unseen: false,
    started: false,
    ready: false,
    imageID: remembered?.imageID ?? '',
    containerID: remembered?.containerID ?? '',
    instance: undefined,
    endedAt: undefined,
    pullFailedAt: undefined,
    notBefore: 0,
  };
}

/** The kubelet knows it to run. */
export function isRunning({ state }: ContainerRecord): boolean {
  return state.running !== undefined;
}

/** It has a process, whether the kubelet has looked since or not. */
export function hasProcess({ instance }: ContainerRecord): boolean {
  return instance !== undefined && instance.exit === undefined;
}

/** The record is of a new instance from now on. */
export function isAnother(record: ContainerRecord, { id, restartCount }: Container['spec']): void {
  if (record.state.terminated !== undefined) record.lastState = { terminated: record.state.terminated };
  record.restartCount = restartCount;
  record.containerID = `openbell://${id}`;
}

/** The kubelet's look at a container that was started. */
export function noticeStart(record: ContainerRecord, { spec }: Container, startedAt: string): void {
  isAnother(record, spec);
  record.state = { running: { startedAt } };
  record.unseen = false;
  record.started = record.spec.startupProbe === undefined;
  record.ready = record.started && record.spec.readinessProbe === undefined;
}

/** The state of a container that has ended. */
export function terminated(record: ContainerRecord, exit: ContainerExit, startedAt: string): Terminated {
  return {
    exitCode: exit.exitCode,
    reason: exit.exitCode === 0 ? 'Completed' : 'Error',
    startedAt,
    finishedAt: new Date(exit.finishedAt).toISOString(),
    containerID: record.containerID,
  };
}

/** The record as it stands in the pod's status. */
export function containerStatus(record: ContainerRecord): ContainerStatus {
  const { spec } = record;
  const { requests, limits } = spec.resources ?? {};
  return {
    name: spec.name,
    state: record.state,
    lastState: record.lastState,
    ready: record.ready,
    started: record.started,
    restartCount: record.restartCount,
    image: spec.image ?? '',
    imageID: record.imageID,
    ...(record.containerID !== '' && { containerID: record.containerID }),
    ...(requests !== undefined && { allocatedResources: requests }),
    ...((requests ?? limits) !== undefined && {
      resources: { ...(limits !== undefined && { limits }), ...(requests !== undefined && { requests }) },
    }),
  };
}
