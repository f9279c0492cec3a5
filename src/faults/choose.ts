import { controlPlaneName } from '../cluster/index.ts';
import type { Node, Pod } from '../kubernetes/index.ts';
import { isReady, isTerminating } from '../kubernetes/index.ts';
import type { Random } from '../support/index.ts';
import type { TargetSelector } from './spec.ts';

/**
 * How many of `available` targets an amount asks for: a percentage is rounded up, a count is at most what is there; at least
 * one, unless there is none.
 */
export function howMany(amount: TargetSelector['amount'], available: number): number {
  // The product is rounded first: 7 % of 100 is 7.000000000000001 in floating point.
  const wanted =
    'count' in amount ? amount.count : Math.ceil(Number(((available * amount.percent) / 100).toFixed(9)));
  return Math.min(available, Math.max(1, wanted));
}

/** Draws `count` of the candidates without putting back; the draw follows from the random source and their order. */
export function draw<T>(candidates: readonly T[], count: number, random: Random): T[] {
  const left = [...candidates];
  return Array.from({ length: Math.min(count, left.length) }, () => {
    const [drawn] = left.splice(Math.floor(random() * left.length), 1);
    return drawn as T;
  });
}

/**
 * The pods a fault may hit: running, not being deleted, on the asked node. Ordered by age, then node, then name: the names
 * that Kubernetes makes up differ from run to run, the order of creation does not, so the same seed means the same pod.
 */
export function podCandidates(pods: readonly Pod[], node: string | null): Pod[] {
  return pods
    .filter((pod) => pod.status?.phase === 'Running' && !isTerminating(pod))
    .filter((pod) => node === null || pod.spec?.nodeName === node)
    .toSorted(
      (a, b) =>
        compare(a.metadata?.creationTimestamp, b.metadata?.creationTimestamp) ||
        compare(a.spec?.nodeName, b.spec?.nodeName) ||
        compare(a.metadata?.name, b.metadata?.name),
    );
}

/** The nodes a fault may hit: workers that are Ready, by name; where that is allowed, the control plane's if it is named so. */
export function nodeCandidates(
  nodes: readonly Node[],
  node: string | null,
  { controlPlane }: { controlPlane: boolean } = { controlPlane: false },
): Node[] {
  const isControlPlane = ({ metadata }: Node): boolean => metadata?.labels?.[controlPlaneLabel] !== undefined;
  const wantsControlPlane = controlPlane && node === controlPlaneName;
  return nodes
    .filter((candidate) => isControlPlane(candidate) === wantsControlPlane)
    .filter((candidate) => isReady(candidate))
    .filter(({ metadata }) => node === null || wantsControlPlane || metadata?.name === node)
    .toSorted((a, b) => compare(a.metadata?.name, b.metadata?.name));
}

/** Kubernetes' own label of control-plane nodes. */
const controlPlaneLabel = 'node-role.kubernetes.io/control-plane';

function compare(a = '', b = ''): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
