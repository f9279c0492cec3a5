import { isDeepStrictEqual } from 'node:util';
import { ApiError, resources } from '../../../api.ts';
import type { Deployment, ReplicaSet } from '../../../objects.ts';
import {
  orGone,
  runController,
  type ControllerContext,
  type Running,
  type Workbench,
} from '../machinery/controller.ts';
import { OwnWrites } from '../machinery/own-writes.ts';
import { controllerOf, keyOf, refOf } from '../machinery/owners.ts';
import { claim } from '../machinery/ownership.ts';
import { isTerminal } from '../machinery/pods.ts';
import { timestamp } from '../machinery/timestamps.ts';
import { writeStatus } from '../machinery/status.ts';
import { isRecreate, rollingLimits, sizeOf, totalSize, byAge } from './limits.ts';
import * as revisions from './revisions.ts';
import { newSetSize, proportionalSizes, rollingStep, type Resizing } from './rolling.ts';
import { deadlineInMs, deploymentStatus, isComplete, type Statement } from './status.ts';

/** The ReplicaSets of a Deployment, told apart. */
interface Rollout {
  key: string;
  deployment: Deployment;
  newSet: ReplicaSet | undefined;
  oldSets: ReplicaSet[];
  /** What has just been done, for the condition Progressing. */
  noted?: Statement;
}

/** Rolls out what Deployments ask for, by way of ReplicaSets. */
export function startDeploymentController(context: ControllerContext): Running {
  const options = { name: 'deployment', component: 'deployment-controller' };
  return runController(context, options, (bench) => {
    const { api, clock, timings, queue, follow } = bench;
    const deployments = follow(resources.deployments, {
      added: (deployment) => queue.add(keyOf(deployment)),
      modified: (_, deployment) => queue.add(keyOf(deployment)),
      deleted: (deployment) => queue.add(keyOf(deployment)),
    });
    const sets = follow(resources.replicaSets, {
      added: wake,
      modified: (_, set) => wake(set),
      deleted: wake,
    });
    const pods = follow(resources.pods, {
      // Only Recreate waits for pods; everything else is told by the ReplicaSets' status.
      deleted(pod) {
        const set = sets.get(pod.metadata?.namespace, controllerOf(pod)?.name ?? '');
        if (set !== undefined) wake(set);
      },
    });
    const writes = new OwnWrites(sets, clock);
    return sync;

    function wake(set: ReplicaSet): void {
      const controller = controllerOf(set);
      const { namespace } = set.metadata ?? {};
      if (controller?.kind === 'Deployment') queue.add(`${namespace}/${controller.name}`);
      if (controller !== undefined) return;
      for (const deployment of deployments.list()) {
        if (deployment.metadata?.namespace === namespace) queue.add(keyOf(deployment));
      }
    }

    async function sync(key: string): Promise<void> {
      const { namespace, name } = refOf(key);
      const deployment = deployments.get(namespace, name);
      if (deployment === undefined || !writes.areSeen(key)) return;
      const owner = {
        owner: deployment,
        ownerType: resources.deployments,
        selector: deployment.spec?.selector,
      };
      const mine = await claim(api, resources.replicaSets, sets.list(), owner);
      const found = revisions.findNewSet(deployment, mine);
      const rollout: Rollout = {
        key,
        deployment,
        newSet: found,
        oldSets: mine.filter((set) => set !== found),
      };
      if (deployment.metadata?.deletionTimestamp !== undefined) return writeRolloutStatus(rollout);
      const { replicas } = rollingLimits(deployment);
      const isScaled = mine.some((set) => sizeOf(set) > 0 && revisions.missedScaling(set, replicas));
      if (deployment.spec?.paused || isScaled) {
        rollout.newSet = await adjustNewSet(bench, writes, rollout);
        await share(bench, writes, rollout);
        return writeRolloutStatus(rollout, false);
      }
      await (isRecreate(deployment.spec) ? recreate(rollout) : roll(rollout));
      await writeRolloutStatus(rollout);
    }

    async function roll(rollout: Rollout): Promise<void> {
      const { deployment, oldSets } = rollout;
      rollout.newSet =
        (await adjustNewSet(bench, writes, rollout)) ?? (await createNewSet(bench, writes, rollout));
      if (rollout.newSet === undefined) return;
      const step = rollingStep(rollout.newSet, oldSets, rollingLimits(deployment));
      await resize(bench, writes, rollout, step);
    }

    async function recreate(rollout: Rollout): Promise<void> {
      const { deployment, oldSets } = rollout;
      rollout.newSet = await adjustNewSet(bench, writes, rollout);
      const left = oldSets.filter((set) => sizeOf(set) > 0);
      if (left.length > 0) return resize(bench, writes, rollout, toZero(left));
      const old = new Set(oldSets.map(({ metadata }) => metadata?.uid));
      if (pods.list().some((pod) => !isTerminal(pod) && old.has(controllerOf(pod)?.uid))) return;
      rollout.newSet ??= await createNewSet(bench, writes, rollout);
      if (rollout.newSet === undefined) return;
      await resize(bench, writes, rollout, [
        { set: rollout.newSet, size: rollingLimits(deployment).replicas },
      ]);
    }

    async function writeRolloutStatus(
      { key, deployment, newSet, oldSets, noted }: Rollout,
      sameRollout = true,
    ): Promise<void> {
      const deadline = deployment.spec?.progressDeadlineSeconds;
      const progressDeadlineMs = deadline === undefined ? undefined : (deadline * 1000) / timings.speedup;
      const nowMs = clock.wall();
      const now = timestamp(nowMs, timings.speedup);
      const allSets = newSet === undefined ? oldSets : [newSet, ...oldSets];
      const input = { deployment, newSet, allSets, nowMs, now, noted, progressDeadlineMs };
      const status = deploymentStatus(input, sameRollout);
      await writeStatus(api, resources.deployments, deployment, status);
      if (isComplete(deployment, status)) await cleanUp(deployment, oldSets);
      const dueInMs = deadlineInMs(status, progressDeadlineMs, nowMs);
      if (dueInMs !== undefined) queue.addAfter(key, Math.max(dueInMs, 1));
    }

    async function cleanUp(deployment: Deployment, oldSets: readonly ReplicaSet[]): Promise<void> {
      for (const { metadata } of revisions.expiredSets(deployment, oldSets)) {
        const ref = { namespace: metadata?.namespace, name: metadata?.name ?? '' };
        await orGone(api.delete(resources.replicaSets, ref, { propagationPolicy: 'Background' }));
      }
    }
  });
}

type Writes = OwnWrites<ReplicaSet>;

/** Gives the ReplicaSet of the present template the newest revision; answers it as it is afterwards. */
async function adjustNewSet(
  { api }: Workbench,
  writes: Writes,
  rollout: Rollout,
): Promise<ReplicaSet | undefined> {
  const { key, deployment, newSet, oldSets } = rollout;
  if (newSet === undefined) return undefined;
  const revision = Math.max(0, ...oldSets.map(revisions.revisionOf)) + 1;
  const annotations = revisions.revisionAnnotations(deployment, newSet, revision);
  const minReadySeconds = deployment.spec?.minReadySeconds ?? 0;
  let current = newSet;
  const isCurrent =
    isDeepStrictEqual(annotations, newSet.metadata?.annotations ?? {}) &&
    minReadySeconds === (newSet.spec?.minReadySeconds ?? 0);
  if (!isCurrent && newSet.spec !== undefined) {
    current = await api.update(resources.replicaSets, {
      ...newSet,
      metadata: { ...newSet.metadata, annotations },
      spec: { ...newSet.spec, minReadySeconds },
    });
    writes.wrote(key, current);
  }
  await noteRevision(api, deployment, revisions.revisionOf(current));
  const hasProgressing = deployment.status?.conditions?.some(({ type }) => type === 'Progressing');
  if (!hasProgressing) {
    const message = `Found new replica set "${current.metadata?.name}"`;
    rollout.noted = { ...progressing, reason: 'FoundNewReplicaSet', message };
  }
  return current;
}

const progressing = { type: 'Progressing', status: 'True' };

async function createNewSet(
  bench: Workbench,
  writes: Writes,
  rollout: Rollout,
): Promise<ReplicaSet | undefined> {
  const { key, deployment, oldSets } = rollout;
  const { api, events } = bench;
  const limits = rollingLimits(deployment);
  const size = isRecreate(deployment.spec) ? limits.replicas : newSetSize(0, totalSize(oldSets), limits);
  const revision = Math.max(0, ...oldSets.map(revisions.revisionOf)) + 1;
  const annotations = {
    ...revisions.revisionAnnotations(deployment, undefined, revision),
    ...revisions.sizeAnnotations(limits),
  };
  const wanted = revisions.newReplicaSet(deployment, { size, annotations });
  let created: ReplicaSet;
  try {
    created = await api.create(resources.replicaSets, wanted);
  } catch (error) {
    if (!(error instanceof ApiError) || error.reason !== 'AlreadyExists') throw error;
    return onNameTaken(bench, writes, { key, deployment, wanted });
  }
  writes.wrote(key, created);
  const name = created.metadata?.name;
  if (size > 0)
    events.normal(deployment, 'ScalingReplicaSet', `Scaled up replica set ${name} from 0 to ${size}`);
  await noteRevision(api, deployment, revision);
  const message = `Created new replica set "${name}"`;
  rollout.noted = { ...progressing, reason: 'NewReplicaSetCreated', message };
  return created;
}

/** A ReplicaSet of that name is either ours, not yet seen, or of another template: then the next hash is tried. */
async function onNameTaken(
  { api }: Workbench,
  writes: Writes,
  { key, deployment, wanted }: { key: string; deployment: Deployment; wanted: ReplicaSet },
): Promise<ReplicaSet | undefined> {
  const { namespace, name = '' } = wanted.metadata ?? {};
  const existing = await api.get(resources.replicaSets, { namespace, name });
  const isOurs = controllerOf(existing)?.uid === deployment.metadata?.uid;
  if (isOurs && revisions.findNewSet(deployment, [existing]) !== undefined) {
    writes.wrote(key, existing);
    return existing;
  }
  const collisionCount = (deployment.status?.collisionCount ?? 0) + 1;
  await api.patch(resources.deployments, refOf(key), { status: { collisionCount } }, 'status');
  return undefined;
}

/** Shares a changed number of replicas out while nothing is rolled out. */
async function share(bench: Workbench, writes: Writes, rollout: Rollout): Promise<void> {
  const { deployment, newSet, oldSets } = rollout;
  const limits = rollingLimits(deployment);
  const all = newSet === undefined ? oldSets : [newSet, ...oldSets];
  const active = all.filter((set) => sizeOf(set) > 0);
  const [only, second] = active;
  if (second === undefined) {
    const latest = only ?? newSet ?? [...oldSets].sort(byAge).at(-1);
    if (latest !== undefined) await resize(bench, writes, rollout, [{ set: latest, size: limits.replicas }]);
    return;
  }
  if (newSet !== undefined && isSaturated(newSet, limits.replicas)) {
    const left = oldSets.filter((set) => sizeOf(set) > 0);
    return resize(
      bench,
      writes,
      rollout,
      left.map((set) => ({ set, size: 0 })),
    );
  }
  if (isRecreate(deployment.spec)) return;
  const maxBefore = (set: ReplicaSet): number | undefined =>
    revisions.maxReplicasOf(set) ?? deployment.status?.replicas;
  await resize(bench, writes, rollout, proportionalSizes(active, limits, maxBefore));
}

function toZero(sets: readonly ReplicaSet[]): Resizing {
  return sets.map((set) => ({ set, size: 0 }));
}

function isSaturated(set: ReplicaSet, replicas: number): boolean {
  return sizeOf(set) === replicas && set.status?.availableReplicas === replicas;
}

/** Gives ReplicaSets new sizes; those that keep theirs still learn what it was computed for. */
async function resize(
  { api, events }: Workbench,
  writes: Writes,
  { key, deployment }: Rollout,
  resizing: Resizing,
): Promise<void> {
  const annotations = revisions.sizeAnnotations(rollingLimits(deployment));
  for (const { set, size } of resizing) {
    const from = sizeOf(set);
    const known = Object.entries(annotations).every(
      ([name, value]) => set.metadata?.annotations?.[name] === value,
    );
    if ((from === size && known) || set.spec === undefined) continue;
    const updated = await api.update(resources.replicaSets, {
      ...set,
      metadata: { ...set.metadata, annotations: { ...set.metadata?.annotations, ...annotations } },
      spec: { ...set.spec, replicas: size },
    });
    writes.wrote(key, updated);
    if (from === size) continue;
    const direction = size > from ? 'up' : 'down';
    const message = `Scaled ${direction} replica set ${set.metadata?.name} from ${from} to ${size}`;
    events.normal(deployment, 'ScalingReplicaSet', message);
  }
}

async function noteRevision(api: Workbench['api'], deployment: Deployment, revision: number): Promise<void> {
  if (revisions.revisionOf(deployment) === revision) return;
  const { namespace, name = '' } = deployment.metadata ?? {};
  const annotations = { [revisions.revisionAnnotation]: String(revision) };
  await orGone(api.patch(resources.deployments, { namespace, name }, { metadata: { annotations } }));
}
