import { createHash } from 'node:crypto';
import { messageOf } from '../../../../support/index.ts';
import type { ProcessImage } from '../../../provider.ts';
import { pullImage } from '../runtime/index.ts';
import type { ContainerRecord } from './container-record.ts';
import type { PodEvents } from './pod-events.ts';

/** What came of a pull: the image, or the reason to wait. */
export type Pull =
  | { image: ProcessImage; imageID: string }
  | { waiting: { reason: string; message: string }; retryInMs: number };

export interface PullOptions {
  imagesFile: string;
  record: ContainerRecord;
  events: PodEvents;
  /** Images that this node has. */
  present: Map<string, ProcessImage>;
  now: number;
  /** How long a failed pull stands as ErrImagePull before it reads ImagePullBackOff. */
  errorShownMs: number;
}

/** Gets a container's image as its pull policy says, with the kubelet's back-off, waiting reasons and events. */
export async function pullFor(options: PullOptions): Promise<Pull> {
  const { record, events, present, now } = options;
  const name = record.spec.image ?? '';
  const policy = record.spec.imagePullPolicy ?? 'IfNotPresent';
  const here = present.get(name);
  if (here !== undefined && policy !== 'Always') {
    events.normal('Pulled', `Container image "${name}" already present on machine`, record);
    return { image: here, imageID: imageID(here) };
  }
  if (policy === 'Never') {
    const message = `Container image "${name}" is not present with pull policy of Never`;
    events.warning('ErrImageNeverPull', message, record);
    events.warning('Failed', 'Error: ErrImageNeverPull', record);
    return { waiting: { reason: 'ErrImageNeverPull', message }, retryInMs: record.pulls.delayMs || 1_000 };
  }
  if (record.pullFailedAt !== undefined) {
    const remainingMs = record.pulls.remainingMs(record.pullFailedAt, now);
    if (remainingMs > 0) return backingOff(options, name, remainingMs);
  }
  return pull(options, name);
}

async function pull(
  { imagesFile, record, events, present, now, errorShownMs }: PullOptions,
  name: string,
): Promise<Pull> {
  events.normal('Pulling', `Pulling image "${name}"`, record);
  const from = performance.now();
  try {
    const image = await pullImage(imagesFile, name);
    present.set(name, image);
    const ms = Math.round(performance.now() - from);
    events.normal(
      'Pulled',
      `Successfully pulled image "${name}" in ${ms}ms (${ms}ms including waiting)`,
      record,
    );
    return { image, imageID: imageID(image) };
  } catch (error) {
    const message = messageOf(error);
    events.warning('Failed', `Failed to pull image "${name}": ${message}`, record);
    events.warning('Failed', 'Error: ErrImagePull', record);
    record.pulls.tried(now);
    record.pullFailedAt = now;
    return { waiting: { reason: 'ErrImagePull', message }, retryInMs: errorShownMs };
  }
}

function backingOff({ record, events }: PullOptions, name: string, retryInMs: number): Pull {
  const text = `Back-off pulling image "${name}"`;
  const before = record.state.waiting;
  // The pull's own error stays readable behind the back-off's.
  const message =
    before?.reason === 'ErrImagePull'
      ? `${text}: ErrImagePull: ${before.message}`
      : (before?.message ?? text);
  if (before?.reason !== 'ImagePullBackOff') {
    events.normal('BackOff', text, record);
    events.warning('Failed', 'Error: ImagePullBackOff', record);
  }
  return { waiting: { reason: 'ImagePullBackOff', message }, retryInMs };
}

/** A digest of what would run, as a container image's id is one of its contents. */
function imageID(image: ProcessImage): string {
  return `sha256:${createHash('sha256').update(JSON.stringify(image)).digest('hex')}`;
}
