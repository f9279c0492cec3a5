/** Revisions of a Deployment: which ReplicaSet belongs to its template, and what is written on it. Pure. */
import { isDeepStrictEqual } from 'node:util';
import { resources } from '../../../api.ts';
import type { Deployment, PodTemplateSpec, ReplicaSet } from '../../../objects.ts';
import { controllerReference } from '../machinery/owners.ts';
import { byAge, sizeOf } from './limits.ts';

const hashLabel = 'pod-template-hash';
const prefix = 'deployment.kubernetes.io/';
export const revisionAnnotation = `${prefix}revision`;
const historyAnnotation = `${prefix}revision-history`;
const desiredAnnotation = `${prefix}desired-replicas`;
const maxAnnotation = `${prefix}max-replicas`;
/** Annotations of a Deployment that say nothing about its ReplicaSets. */
const notCopied = [
  revisionAnnotation,
  historyAnnotation,
  desiredAnnotation,
  maxAnnotation,
  'kubectl.kubernetes.io/last-applied-configuration',
  'deprecated.deployment.rollback.to',
];

/** The oldest of the ReplicaSets with the Deployment's template, whatever their hash label. */
export function findNewSet(deployment: Deployment, sets: readonly ReplicaSet[]): ReplicaSet | undefined {
  const wanted = withoutHash(deployment.spec?.template);
  return [...sets].sort(byAge).find((set) => isDeepStrictEqual(withoutHash(set.spec?.template), wanted));
}

export function revisionOf({ metadata }: ReplicaSet | Deployment): number {
  return Number(metadata?.annotations?.[revisionAnnotation] ?? 0) || 0;
}

/** The number of pods (surge included) that the set's size was last computed for. */
export function maxReplicasOf({ metadata }: ReplicaSet): number | undefined {
  const text = metadata?.annotations?.[maxAnnotation];
  return text === undefined ? undefined : Number(text);
}

/** Whether the set has not yet been told of the Deployment's present `spec.replicas`. */
export function missedScaling({ metadata }: ReplicaSet, replicas: number): boolean {
  const desired = metadata?.annotations?.[desiredAnnotation];
  return desired !== undefined && Number(desired) !== replicas;
}

/** Annotations that tell a ReplicaSet what its size was computed for. */
export function sizeAnnotations({
  replicas,
  maxSurge,
}: {
  replicas: number;
  maxSurge: number;
}): Record<string, string> {
  return { [desiredAnnotation]: String(replicas), [maxAnnotation]: String(replicas + maxSurge) };
}

/** A ReplicaSet's annotations once it carries the Deployment's newest revision; a revision that comes back is noted. */
export function revisionAnnotations(
  deployment: Deployment,
  set: ReplicaSet | undefined,
  revision: number,
): Record<string, string> {
  const own = set?.metadata?.annotations ?? {};
  const copied = Object.entries(deployment.metadata?.annotations ?? {}).filter(
    ([key]) => !notCopied.includes(key),
  );
  const before = set === undefined ? 0 : revisionOf(set);
  if (before >= revision) return { ...own, ...Object.fromEntries(copied) };
  const history = [own[historyAnnotation], before === 0 ? undefined : String(before)]
    .filter(Boolean)
    .join(',');
  return {
    ...own,
    ...Object.fromEntries(copied),
    [revisionAnnotation]: String(revision),
    ...(history !== '' && { [historyAnnotation]: history }),
  };
}

/** The ReplicaSet for the Deployment's template. */
export function newReplicaSet(
  deployment: Deployment,
  { size, annotations }: { size: number; annotations: Record<string, string> },
): ReplicaSet {
  const { metadata, spec } = deployment;
  const hash = templateHash(spec?.template, deployment.status?.collisionCount ?? 0);
  const labels = { ...spec?.template.metadata?.labels, [hashLabel]: hash };
  const { selector, template, minReadySeconds } = spec ?? {};
  return {
    metadata: {
      name: `${metadata?.name}-${hash}`,
      ...(metadata?.namespace && { namespace: metadata.namespace }),
      labels,
      annotations,
      ownerReferences: [controllerReference(deployment, resources.deployments)],
    },
    spec: {
      replicas: size,
      ...(minReadySeconds && { minReadySeconds }),
      selector: { ...selector, matchLabels: { ...selector?.matchLabels, [hashLabel]: hash } },
      template: { ...template, metadata: { ...template?.metadata, labels } },
    },
  };
}

/** Old ReplicaSets beyond the history limit, oldest revision first; only those that are empty and settled. */
export function expiredSets({ spec }: Deployment, oldSets: readonly ReplicaSet[]): ReplicaSet[] {
  const limit = spec?.revisionHistoryLimit ?? 10;
  const settled = oldSets.filter(
    (set) =>
      set.metadata?.deletionTimestamp === undefined &&
      sizeOf(set) === 0 &&
      (set.status?.replicas ?? 0) === 0 &&
      (set.metadata?.generation ?? 0) <= (set.status?.observedGeneration ?? 0),
  );
  const byRevision = settled.sort((a, b) => revisionOf(a) - revisionOf(b));
  return byRevision.slice(0, Math.max(0, byRevision.length - limit));
}

function withoutHash(template: PodTemplateSpec | undefined): unknown {
  const { [hashLabel]: _, ...labels } = template?.metadata?.labels ?? {};
  return { ...template, metadata: { ...template?.metadata, labels } };
}

/** Letters and digits without vowels, so that a hash spells nothing. */
const alphabet = 'bcdfghjklmnpqrstvwxz2456789';

/** FNV-1a, 32 bit, over the template with its keys in order; a count of collisions changes it. */
function templateHash(template: PodTemplateSpec | undefined, collisions: number): string {
  const text = JSON.stringify(ordered(template)) + (collisions === 0 ? '' : String(collisions));
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return Array.from(String(hash))
    .map((digit) => alphabet[digit.charCodeAt(0) % alphabet.length])
    .join('');
}

function ordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(ordered);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : Number(a > b)));
  return Object.fromEntries(entries.map(([key, item]) => [key, ordered(item)]));
}
