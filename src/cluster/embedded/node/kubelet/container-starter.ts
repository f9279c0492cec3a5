import { randomBytes } from 'node:crypto';
import { messageOf, OpenbellError } from '../../../../support/index.ts';
import { milliOf } from '../../../../kubernetes/quantity.ts';
import type { ProcessImage } from '../../../provider.ts';
import type { Pod } from '../../objects.ts';
import type { ContainerSpec } from '../runtime/index.ts';
import { isAnother, type ContainerRecord } from './container-record.ts';
import { effectiveMs, timestamp, type KubeletContext } from './context.ts';
import { environmentObjects } from './environment-objects.ts';
import { containerEnvironment } from './environment.ts';
import { expand } from './expand.ts';
import { pullFor } from './image-puller.ts';
import type { PodAddress } from './pod-addresses.ts';
import type { PodEvents } from './pod-events.ts';
import { serviceVariables } from './service-variables.ts';
import { mountVolumes, volumeRoot } from './volumes.ts';

/** What starting a container came to. */
export type StartResult =
  | 'started'
  /** The program could not be started: the record reads like one that ended with exit code 128. */
  | 'failed'
  | { retryInMs: number };

export interface StartOptions {
  context: KubeletContext;
  pod: Pod;
  address: PodAddress;
  record: ContainerRecord;
  events: PodEvents;
  presentImages: Map<string, ProcessImage>;
  /** Calls `changed` when the record's state says something new, before it is over. */
  changed: () => void;
  /** Whether the pod is to end: then nothing is started any more. */
  isLeaving: () => boolean;
}

/** Takes a container that does not run from its image to a process, noting each step in its record. */
export async function startContainer(options: StartOptions): Promise<StartResult> {
  const { context, record, events } = options;
  const waiting = crashLoop(options);
  if (waiting !== undefined) return waiting;

  const now = context.clock.now();
  const { imagesFile } = context.config;
  const errorShownMs = effectiveMs(context, 1);
  const pull = await pullFor({
    imagesFile,
    record,
    events,
    present: options.presentImages,
    now,
    errorShownMs,
  });
  if ('waiting' in pull) {
    record.state = { waiting: pull.waiting };
    options.changed();
    return { retryInMs: pull.retryInMs };
  }
  record.imageID = pull.imageID;
  record.pullFailedAt = undefined;

  let spec: ContainerSpec;
  try {
    spec = await containerSpec(options, pull.image);
  } catch (error) {
    const message = messageOf(error);
    if (error instanceof OpenbellError && error.code === 'VOLUME_NOT_READY') {
      events.warning('FailedMount', message);
      return { retryInMs: effectiveMs(context, 1) };
    }
    record.state = { waiting: { reason: 'CreateContainerConfigError', message } };
    events.warning('Failed', `Error: ${message}`, record);
    options.changed();
    return { retryInMs: effectiveMs(context, 10) };
  }
  return run(options, spec);
}

/** What is left of the crash loop's delay, with its waiting reason set; undefined when the container may start. */
function crashLoop({
  context,
  pod,
  record,
  events,
  changed,
}: StartOptions): { retryInMs: number } | undefined {
  if (record.endedAt === undefined) return undefined;
  const now = context.clock.now();
  const retryInMs = record.crashes.remainingMs(record.endedAt, now);
  if (retryInMs === 0) {
    record.crashes.tried(now);
    return undefined;
  }
  if (record.state.terminated !== undefined) record.lastState = { terminated: record.state.terminated };
  if (record.state.waiting?.reason !== 'CrashLoopBackOff') {
    const { name, namespace, uid } = pod.metadata ?? {};
    const delay = Math.round((record.crashes.delayMs * context.config.timings.speedup) / 1000);
    const message = `back-off ${goDuration(delay)} restarting failed container=${record.spec.name} pod=${name}_${namespace}(${uid})`;
    record.state = { waiting: { reason: 'CrashLoopBackOff', message } };
    events.warning(
      'BackOff',
      `Back-off restarting failed container ${record.spec.name} in pod ${name}_${namespace}(${uid})`,
      record,
    );
    changed();
  }
  return { retryInMs };
}

async function run(
  { context, record, events, changed, isLeaving }: StartOptions,
  spec: ContainerSpec,
): Promise<StartResult> {
  const { containerStartMs } = context.config;
  if (containerStartMs > 0) {
    await context.clock.sleep(containerStartMs, context.signal).catch(() => undefined);
    if (context.signal.aborted || isLeaving()) return { retryInMs: 0 };
  }
  events.normal('Created', `Created container: ${record.spec.name}`, record);
  try {
    record.instance = await context.runtime.start(spec);
  } catch (error) {
    const message = `failed to start ${spec.command.join(' ')} in ${spec.workingDir}: ${messageOf(error)}`;
    events.warning('Failed', `Error: ${message}`, record);
    const at = timestamp(context);
    isAnother(record, spec);
    const { containerID } = record;
    record.state = {
      terminated: {
        exitCode: 128,
        reason: 'StartError',
        message,
        startedAt: at,
        finishedAt: at,
        containerID,
      },
    };
    record.endedAt = context.clock.now();
    changed();
    return 'failed';
  }
  record.unseen = true;
  events.normal('Started', `Started container ${record.spec.name}`, record);
  return 'started';
}

/** Everything that the runtime has to know. A container that ran before, in this life of the node or another, counts up. */
async function containerSpec(
  { context, pod, address, record }: StartOptions,
  image: ProcessImage,
): Promise<ContainerSpec> {
  const { api, services, localServices, config } = context;
  const { namespace = '', name = '', uid = '' } = pod.metadata ?? {};
  const { spec: container } = record;
  await localServices.prepare(services.list());
  const variables =
    pod.spec?.enableServiceLinks === false
      ? {}
      : serviceVariables(services.list(), namespace, localServices.port);
  const env = containerEnvironment({
    pod,
    container,
    address,
    config,
    imageEnv: image.env,
    serviceVariables: variables,
    volumeRoot: volumeRoot(context, pod, container),
    ...(await environmentObjects(api, pod, container)),
  });
  await mountVolumes(context, { pod, container, address, config }, env);
  const { requests, limits } = container.resources ?? {};
  const limitMilli = limits?.['cpu'] === undefined ? null : milliOf(limits['cpu']);
  return {
    id: randomBytes(32).toString('hex'),
    pod: { namespace, name, uid },
    name: container.name,
    restartCount: record.containerID === '' ? record.restartCount : record.restartCount + 1,
    // As with container images: `command` replaces the image's, `args` alone follow it.
    command: [...(container.command ?? image.command), ...(container.args ?? [])].map((word) =>
      expand(word, env),
    ),
    workingDir: container.workingDir ?? image.workingDir,
    env,
    cpu: {
      limitMilli,
      requestMilli: requests?.['cpu'] === undefined ? (limitMilli ?? 0) : milliOf(requests['cpu']),
    },
  };
}

/** Whole seconds as Go prints a duration: `10s`, `2m40s`. */
function goDuration(seconds: number): string {
  const minutes = Math.floor(seconds / 60);
  return minutes === 0 ? `${seconds}s` : `${minutes}m${seconds % 60}s`;
}
