/** Who owns whom, as far as the watches have shown it. */
import type { KubeObject } from '../../../objects.ts';
import type { OwnerReference } from '../machinery/owners.ts';

/** How to find an object again. */
export interface Identity {
  uid: string;
  apiVersion: string;
  kind: string;
  /** `''` for cluster-wide objects. */
  namespace: string;
  name: string;
}

/** An object, or an owner that somebody names and nobody has seen. */
export interface Node {
  identity: Identity;
  owners: readonly OwnerReference[];
  dependents: Set<Node>;
  /** Has a deletion timestamp. */
  beingDeleted: boolean;
  /** Waits, under the finalizer `foregroundDeletion`, for its dependents to go. */
  deletingDependents: boolean;
  /** Known from references only. */
  virtual: boolean;
}

/** What a change of the graph makes worth looking at. */
export interface Consequences {
  /** May have to be deleted, or may have lost what blocked them. */
  toDelete: Node[];
  /** Wait for their dependents to be let go. */
  toOrphan: Node[];
}

export const foregroundFinalizer = 'foregroundDeletion';
export const orphanFinalizer = 'orphan';

/**
 * The graph of owners and dependents by UID. Each method takes one change and answers with the nodes that have to be
 * looked at because of it; nothing is written from here.
 */
export class Graph {
  readonly #nodes = new Map<string, Node>();

  get(uid: string): Node | undefined {
    return this.#nodes.get(uid);
  }

  /** An object was seen for the first time. */
  added(object: KubeObject): Consequences {
    return this.#seen(undefined, object);
  }

  /** An object has changed. */
  modified(previous: KubeObject, object: KubeObject): Consequences {
    return this.#seen(previous, object);
  }

  /** An object is gone, or an owner that others name does not exist. */
  removed(uid: string): Consequences {
    const node = this.#nodes.get(uid);
    if (node === undefined) return { toDelete: [], toOrphan: [] };
    this.#nodes.delete(uid);
    const owners = this.#ownersOf(node);
    for (const owner of owners) owner.dependents.delete(node);
    // Owners that wait for their dependents may have waited for this one.
    return {
      toDelete: [...node.dependents, ...owners.filter(({ deletingDependents }) => deletingDependents)],
      toOrphan: [],
    };
  }

  #seen(previous: KubeObject | undefined, object: KubeObject): Consequences {
    const { uid = '', ownerReferences = [], deletionTimestamp } = object.metadata ?? {};
    const toDelete: Node[] = [];
    let node = this.#nodes.get(uid);
    if (node === undefined) {
      node = newNode(identityOf(object));
      this.#nodes.set(uid, node);
    } else if (node.virtual) {
      // Its dependents may have named it by another name or namespace than it has.
      toDelete.push(...node.dependents);
      node.virtual = false;
      node.identity = identityOf(object);
    }
    toDelete.push(...this.#setOwners(node, ownerReferences));
    if (deletionTimestamp !== undefined) node.beingDeleted = true;
    const toOrphan = begins(previous, object, orphanFinalizer) ? [node] : [];
    if (begins(previous, object, foregroundFinalizer)) {
      node.deletingDependents = true;
      toDelete.push(...node.dependents, node);
    }
    return { toDelete, toOrphan };
  }

  /** @returns owners that this change may have freed or made known, and those nobody has seen yet. */
  #setOwners(node: Node, references: readonly OwnerReference[]): Node[] {
    const before = new Map(node.owners.map((reference) => [reference.uid, reference]));
    const after = new Map(references.map((reference) => [reference.uid, reference]));
    const toDelete: Node[] = [];
    for (const [uid, reference] of before) {
      const owner = this.#nodes.get(uid);
      const unblocked = reference.blockOwnerDeletion === true && after.get(uid)?.blockOwnerDeletion !== true;
      if (unblocked && owner !== undefined) toDelete.push(owner);
      if (!after.has(uid)) owner?.dependents.delete(node);
    }
    node.owners = references;
    for (const [uid, reference] of after) {
      let owner = this.#nodes.get(uid);
      if (owner === undefined) {
        owner = { ...newNode(ownerIdentity(reference, node.identity.namespace)), virtual: true };
        this.#nodes.set(uid, owner);
        toDelete.push(owner);
      }
      owner.dependents.add(node);
    }
    // Nobody has looked yet at a dependent that comes while its owner waits for its dependents, nor at one whose
    // reference does not fit the owner that has this UID.
    const isDoubtful = references.some((reference) => {
      const owner = this.#nodes.get(reference.uid);
      return owner?.deletingDependents === true || !fits(reference, node, owner);
    });
    if (isDoubtful) toDelete.push(node);
    return toDelete;
  }

  #ownersOf(node: Node): Node[] {
    return node.owners
      .map(({ uid }) => this.#nodes.get(uid))
      .filter((owner): owner is Node => owner !== undefined);
  }
}

function newNode(identity: Identity): Node {
  const state = { beingDeleted: false, deletingDependents: false, virtual: false };
  return { identity, owners: [], dependents: new Set(), ...state };
}

function identityOf({ apiVersion = '', kind = '', metadata }: KubeObject): Identity {
  const { uid = '', namespace = '', name = '' } = metadata ?? {};
  return { uid, apiVersion, kind, namespace, name };
}

/** Where an owner should be: beside its dependent, unless its kind has no namespace. */
export function ownerIdentity({ uid, apiVersion, kind, name }: OwnerReference, namespace: string): Identity {
  return { uid, apiVersion, kind, namespace, name };
}

function fits(reference: OwnerReference, { identity }: Node, owner: Node | undefined): boolean {
  if (owner === undefined) return true;
  const { apiVersion, kind, name, namespace } = owner.identity;
  const isBeside = namespace === '' || namespace === identity.namespace;
  return (
    isBeside && reference.apiVersion === apiVersion && reference.kind === kind && reference.name === name
  );
}

/** Whether this change is the one that makes the garbage collector's finalizer matter. */
function begins(previous: KubeObject | undefined, object: KubeObject, finalizer: string): boolean {
  const matters = ({ metadata }: KubeObject): boolean =>
    metadata?.deletionTimestamp !== undefined && metadata.finalizers?.includes(finalizer) === true;
  return matters(object) && (previous === undefined || !matters(previous));
}
