/** What the API server must know about a kind in order to serve it; one file per kind fills this in. */
import type { ResourceType } from '../../../api.ts';
import type { AddressPlan } from '../../../config.ts';
import type { Timings } from '../../../../spec.ts';
import type { Clock } from '../../../../../support/index.ts';
import type { Store } from '../../store/index.ts';
import type { KubeObject, ObjectMeta } from '../../../objects.ts';
import type { FieldError } from '../errors.ts';

/** An object on its way through a request: a copy of its own, freely editable. */
export type Draft<T extends KubeObject = KubeObject> = T & { metadata: ObjectMeta };

/** What admission and strategies may look at. */
export interface Context {
  store: Store;
  clock: Clock;
  timings: Timings;
  addresses: AddressPlan;
}

/** A column of `kubectl get`; priority 1 shows with `-o wide` only. */
interface Column {
  name: string;
  type: 'string' | 'integer' | 'number' | 'boolean' | 'date';
  format?: 'name';
  description?: string;
  priority: 0 | 1;
}

/** One kind: its names, and how its objects are completed, checked, changed, deleted and shown. */
export interface Kind<T extends KubeObject = KubeObject> {
  type: ResourceType<T>;
  singular: string;
  shortNames?: readonly string[];
  /** `all` makes `kubectl get all` show it. */
  categories?: readonly string[];
  /** Left out: all of them. */
  verbs?: readonly string[];
  /** `status` and what else hangs below the object's own path. */
  subresources?: readonly string[];
  /** metadata.generation counts the changes of the spec. */
  countsGenerations?: boolean;
  /** What becomes of dependents where a deletion does not say; left out: they follow in the background. */
  defaultPropagationPolicy?: 'Orphan';
  /** Updates must name the version that they replace. */
  versionRequired?: boolean;
  /** Fields that fieldSelector knows besides metadata.name and metadata.namespace. */
  selectableFields?(object: T): Record<string, string>;
  /** Fills in what was left out; also applied to updates. */
  applyDefaults?(object: Draft<T>): void;
  /** Changes a new object: first status, what admission adds. */
  prepareCreate?(object: Draft<T>, context: Context): void;
  /** Changes an update, for fields that only the server may set. */
  prepareUpdate?(object: Draft<T>, previous: T, context: Context): void;
  /** Refuses a deletion, or changes the object as it is marked for deletion. */
  prepareDelete?(object: Draft<T>): void;
  /** Whether something besides metadata.finalizers keeps an object that is marked for deletion. */
  isHeld?(object: T): boolean;
  /** Takes what must be reserved before the object exists or changes, such as ports. Refuses with an ApiError. */
  reserve?(object: Draft<T>, previous: T | undefined, context: Context): Promise<() => void>;
  validate?(object: T): FieldError[];
  /** Checks that compare with the state before, such as fields that may not change. */
  validateUpdate?(object: T, previous: T): FieldError[];
  /** Nominal seconds that a deletion waits for somebody to finish it; 0 and left out: removed at once. */
  gracePeriodSeconds?(object: T, asked: number | undefined): number;
  /** Whether reads show it; metrics that are too old are not. */
  visible?(object: T, context: Context): boolean;
  /** Tables (`group/plural`) with an object of the same name that goes with this one. */
  companions?: readonly string[];
  table?: { columns: readonly Column[]; cells(object: T, now: number): readonly unknown[] };
}

/** Ties a kind's functions to its object type, and forgets the type so that kinds of all types fit one registry. */
export function defineKind<T extends KubeObject>(kind: Kind<T>): Kind {
  return kind;
}
