import { podAddress } from '../cluster/index.ts';
import { isNotFound, isTerminating, kinds, type Pod } from '../kubernetes/index.ts';
import { until } from '../support/index.ts';
import { draw, howMany, podCandidates } from './choose.ts';
import type { FaultContext, Target } from './fault.ts';
import type { TargetSelector } from './spec.ts';

/** Running pods of the run's workload, as the selector asks. */
export async function selectPods(selector: TargetSelector, context: FaultContext): Promise<Target[]> {
  const { client, namespace, workloadSelector, signal, random, taken } = context;
  const labelSelector = [workloadSelector, selector.labels ?? ''].filter((part) => part !== '').join(',');
  const pods = await client.list(kinds.pod, { namespace, labelSelector, signal });
  const candidates = podCandidates(pods, selector.node).filter(
    ({ metadata }) => !taken.has(metadata?.uid ?? ''),
  );
  return draw(candidates, howMany(selector.amount, candidates.length), random).map((pod) =>
    targetOf(pod, context),
  );
}

/** Deletes each pod, with its own grace period unless told. */
export async function deletePods(
  targets: readonly Target[],
  { client, namespace, signal }: FaultContext,
  gracePeriodSeconds?: number,
): Promise<null> {
  await Promise.all(
    targets.map(({ name, uid }) =>
      client.delete(kinds.pod, name, { namespace, uid, gracePeriodSeconds, signal }),
    ),
  );
  return null;
}

/** Waits until the API shows each pod as gone or, where that is enough, as terminating. */
export async function untilDeleted(
  targets: readonly Target[],
  { client, namespace, signal, proofDeadlineMs }: FaultContext,
  terminatingIsEnough: boolean,
): Promise<void> {
  for (const { name, uid } of targets) {
    const look = async (): Promise<boolean> => {
      const pod = await client.get(kinds.pod, name, { namespace, signal }).catch((error: unknown) => {
        if (isNotFound(error)) return null;
        throw error;
      });
      const gone = pod === null || pod.metadata?.uid !== uid;
      return gone || (terminatingIsEnough && isTerminating(pod));
    };
    await until(look, {
      what: `the deletion of pod ${name}`,
      deadlineMs: proofDeadlineMs,
      everyMs: 20,
      signal,
    });
  }
}

/** Addresses of targets that no other pod has been given since. */
export async function ownAddresses(
  targets: readonly Target[],
  { client, namespace, signal, cluster }: FaultContext,
): Promise<Target['addresses']> {
  if (targets.every(({ addresses }) => addresses.length === 0)) return [];
  const gone = new Set(targets.map(({ uid }) => uid));
  const others = (await client.list(kinds.pod, { namespace, signal }))
    .filter(({ metadata }) => !gone.has(metadata?.uid ?? ''))
    .flatMap((pod) => addressesOf(pod, cluster.capabilities.podNetworkReachable));
  return targets
    .flatMap(({ addresses }) => addresses)
    .filter(({ host, port }) => !others.some((other) => other.host === host && other.port === port));
}

/** Where a pod answers, as a list that is empty where this host cannot reach it. */
export function addressesOf(pod: Pod, reachable: boolean): Target['addresses'] {
  const address = reachable ? podAddress(pod) : null;
  return address === null ? [] : [{ ...address, pod: pod.metadata?.name ?? '' }];
}

function targetOf(pod: Pod, { cluster }: FaultContext): Target {
  const node = pod.spec?.nodeName;
  return {
    name: pod.metadata?.name ?? '',
    uid: pod.metadata?.uid ?? '',
    ...(node === undefined ? {} : { node }),
    addresses: addressesOf(pod, cluster.capabilities.podNetworkReachable),
  };
}
