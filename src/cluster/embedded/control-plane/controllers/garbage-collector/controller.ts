import { resources, type ResourceType } from '../../../api.ts';
import type { KubeObject } from '../../../objects.ts';
import { orGone, runController, type ControllerContext, type Running } from '../machinery/controller.ts';
import { apiVersionOf, type OwnerReference } from '../machinery/owners.ts';
import {
  foregroundFinalizer,
  Graph,
  orphanFinalizer,
  ownerIdentity,
  type Consequences,
  type Identity,
  type Node,
} from './graph.ts';
import { AbsentOwners } from './absent-owners.ts';

/** Kinds whose objects own nothing, are owned by nothing, and change all the time. */
const ignored: readonly ResourceType[] = [resources.events, resources.podMetrics, resources.nodeMetrics];

const collected: readonly ResourceType[] = Object.values(resources).filter((type) => !ignored.includes(type));
const typesByName = new Map(collected.map((type) => [`${apiVersionOf(type)}/${type.kind}`, type]));

/** The owners of an object, by what they mean for it. */
interface Classified {
  /** Exist, and keep it alive. */
  solid: OwnerReference[];
  /** Do not exist. */
  dangling: OwnerReference[];
  /** Are being deleted and wait for it to go first. */
  waiting: OwnerReference[];
}

/**
 * Deletes objects whose owners are all gone, in the background or before their owners, and lets dependents go whose
 * owner is deleted with the policy Orphan.
 */
export function startGarbageCollector(context: ControllerContext): Running {
  const { api, log } = context;
  const options = {
    name: 'garbage-collector',
    component: 'garbage-collector-controller',
    concurrency: 20,
  };
  return runController(context, options, ({ follow, queue, events }) => {
    const graph = new Graph();
    const absent = new AbsentOwners();
    for (const type of collected) {
      follow(type, {
        added: (object) => consider(graph.added(object)),
        modified: (previous, object) => consider(graph.modified(previous, object)),
        deleted: (object) => gone(graph.get(object.metadata?.uid ?? '')),
      });
    }
    return async (key) => {
      const [task, uid = ''] = key.split(' ');
      const node = graph.get(uid);
      if (node === undefined) return;
      await (task === 'orphan' ? orphanDependents(node) : attemptToDelete(node));
    };

    function consider({ toDelete, toOrphan }: Consequences): void {
      for (const { identity } of toDelete) queue.add(`delete ${identity.uid}`);
      for (const { identity } of toOrphan) queue.add(`orphan ${identity.uid}`);
    }

    function gone(node: Node | undefined): void {
      if (node === undefined) return;
      if (node.dependents.size > 0) absent.add(node.identity);
      consider(graph.removed(node.identity.uid));
    }

    async function attemptToDelete(node: Node): Promise<void> {
      if (node.beingDeleted && !node.deletingDependents) return;
      const latest = await read(node.identity);
      if (latest === undefined || latest.metadata?.uid !== node.identity.uid) return gone(node);
      if (node.deletingDependents) return finishForeground(node, latest);
      const references = latest.metadata?.ownerReferences ?? [];
      if (references.length === 0) return;
      const classified = await classify(node, references);
      if (classified === undefined) return;
      const { solid, dangling, waiting } = classified;
      if (solid.length > 0) {
        const lost = new Set([...dangling, ...waiting].map(({ uid }) => uid));
        if (lost.size > 0)
          await setOwners(
            latest,
            references.filter(({ uid }) => !lost.has(uid)),
          );
        return;
      }
      if (waiting.length > 0 && node.dependents.size > 0) {
        // Two that wait for each other would wait for ever.
        if ([...node.dependents].some((dependent) => dependent.deletingDependents)) {
          await setOwners(
            latest,
            references.map((reference) => ({ ...reference, blockOwnerDeletion: false })),
          );
        }
        return collect(latest, 'Foreground');
      }
      const finalizers = latest.metadata?.finalizers ?? [];
      if (finalizers.includes(orphanFinalizer)) return collect(latest, 'Orphan');
      return collect(latest, finalizers.includes(foregroundFinalizer) ? 'Foreground' : 'Background');
    }

    /** The owner goes when nothing blocks it any more; what blocks it is looked at. */
    async function finishForeground(node: Node, latest: KubeObject): Promise<void> {
      const blocking = [...node.dependents].filter(({ owners }) =>
        owners.some(({ uid, blockOwnerDeletion }) => uid === node.identity.uid && blockOwnerDeletion),
      );
      if (blocking.length === 0) return removeFinalizer(latest, foregroundFinalizer);
      consider({ toDelete: blocking.filter(({ deletingDependents }) => !deletingDependents), toOrphan: [] });
    }

    async function orphanDependents(node: Node): Promise<void> {
      const { uid } = node.identity;
      await Promise.all(
        [...node.dependents].map(async ({ identity }) => {
          const dependent = await read(identity);
          const references = dependent?.metadata?.ownerReferences ?? [];
          if (dependent === undefined || !references.some((reference) => reference.uid === uid)) return;
          await setOwners(
            dependent,
            references.filter((reference) => reference.uid !== uid),
          );
        }),
      );
      const latest = await read(node.identity);
      if (latest?.metadata?.uid === uid) await removeFinalizer(latest, orphanFinalizer);
    }

    /** @returns undefined when a reference cannot be valid, so that nothing may be concluded from it. */
    async function classify(
      node: Node,
      references: readonly OwnerReference[],
    ): Promise<Classified | undefined> {
      const classified: Classified = { solid: [], dangling: [], waiting: [] };
      for (const reference of references) {
        const identity = ownerIdentity(reference, node.identity.namespace);
        const type = typeOf(identity);
        if (type.namespaced && identity.namespace === '') {
          log(`garbage-collector: ${node.identity.name}: an owner in a namespace cannot own what has none`);
          return undefined;
        }
        const owner = absent.has(identity) ? undefined : await read(identity);
        if (owner?.metadata?.uid !== reference.uid) {
          absent.add(identity);
          warnOfNamespace(node, reference);
          classified.dangling.push(reference);
        } else {
          const { deletionTimestamp, finalizers = [] } = owner.metadata;
          const waits = deletionTimestamp !== undefined && finalizers.includes(foregroundFinalizer);
          classified[waits ? 'waiting' : 'solid'].push(reference);
        }
      }
      return classified;
    }

    /** Says so where an owner exists, but in another namespace, where it cannot own anything here. */
    function warnOfNamespace({ identity }: Node, { uid, apiVersion, kind, name }: OwnerReference): void {
      const owner = graph.get(uid);
      if (owner === undefined || owner.virtual || owner.identity.namespace === '') return;
      if (owner.identity.namespace === identity.namespace) return;
      const reference = `[${apiVersion}/${kind}, namespace: ${identity.namespace}, name: ${name}, uid: ${uid}]`;
      const { apiVersion: version, kind: ownKind, namespace, name: ownName, uid: ownUid } = identity;
      events.warning(
        { apiVersion: version, kind: ownKind, metadata: { namespace, name: ownName, uid: ownUid } },
        'OwnerRefInvalidNamespace',
        `ownerRef ${reference} does not exist in namespace "${identity.namespace}"`,
      );
    }

    function read(identity: Identity): Promise<KubeObject | undefined> {
      return orGone(api.get(typeOf(identity), identity));
    }

    /** The preconditions keep it from deleting what has been adopted in the meantime. */
    async function collect(
      { apiVersion = '', kind = '', metadata = {} }: KubeObject,
      propagationPolicy: 'Background' | 'Foreground' | 'Orphan',
    ): Promise<void> {
      const { namespace, name = '', uid, resourceVersion } = metadata;
      const preconditions = { ...(uid && { uid }), ...(resourceVersion && { resourceVersion }) };
      const type = typesByName.get(`${apiVersion}/${kind}`);
      if (type === undefined) return;
      await orGone(api.delete(type, { namespace, name }, { propagationPolicy, preconditions }));
    }

    function setOwners(object: KubeObject, ownerReferences: readonly OwnerReference[]): Promise<void> {
      return change(object, { ownerReferences: ownerReferences.length > 0 ? ownerReferences : null });
    }

    function removeFinalizer(object: KubeObject, finalizer: string): Promise<void> {
      const finalizers = object.metadata?.finalizers ?? [];
      if (!finalizers.includes(finalizer)) return Promise.resolve();
      return change(object, { finalizers: finalizers.filter((other) => other !== finalizer) });
    }

    async function change(
      { apiVersion = '', kind = '', metadata }: KubeObject,
      fields: object,
    ): Promise<void> {
      const type = typesByName.get(`${apiVersion}/${kind}`);
      if (type === undefined) return;
      const { namespace, name = '', uid, resourceVersion } = metadata ?? {};
      await orGone(api.patch(type, { namespace, name }, { metadata: { uid, resourceVersion, ...fields } }));
    }
  });
}

/** @throws for kinds that are not served: whether such an owner exists cannot be known, so its dependents stay. */
function typeOf({ apiVersion, kind }: Pick<Identity, 'apiVersion' | 'kind'>): ResourceType {
  const type = typesByName.get(`${apiVersion}/${kind}`);
  if (type === undefined) throw new Error(`no kind "${kind}" is served in version "${apiVersion}"`);
  return type;
}
