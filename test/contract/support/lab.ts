/** A namespace of its own for each case, and the verbs of the API in it. */
import { randomBytes } from 'node:crypto';
import { test as base } from 'vitest';
import type { KubeObject, Pod, Status } from '../../../src/kubernetes/objects.ts';
import { until } from '../../../src/support/index.ts';
import { send, stream, target, type Answer, type Sending } from './client.ts';

/** Where each kind is served. */
const roots = {
  configmaps: '/api/v1',
  events: '/api/v1',
  pods: '/api/v1',
  secrets: '/api/v1',
  services: '/api/v1',
  deployments: '/apis/apps/v1',
  replicasets: '/apis/apps/v1',
  jobs: '/apis/batch/v1',
  poddisruptionbudgets: '/apis/policy/v1',
  horizontalpodautoscalers: '/apis/autoscaling/v2',
  endpointslices: '/apis/discovery.k8s.io/v1',
  leases: '/apis/coordination.k8s.io/v1',
} as const;
export type Plural = keyof typeof roots;

/** One line of a watch. */
export interface Change<T = KubeObject> {
  type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  object: T;
}

const patchTypes = {
  json: 'application/json-patch+json',
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
  apply: 'application/apply-patch+yaml',
} as const;

type Refused = Status & KubeObject;

/** The verbs in one namespace. Each answers with code, body and warnings, also when it was refused. */
export interface Lab {
  namespace: string;
  path(plural: Plural, name?: string, subresource?: string): string;
  create<T = KubeObject>(plural: Plural, object: object, sending?: Sending): Promise<Answer<T & Refused>>;
  get<T = KubeObject>(plural: Plural, name: string, subresource?: string): Promise<Answer<T & Refused>>;
  put<T = KubeObject>(
    plural: Plural,
    name: string,
    object: object,
    subresource?: string,
  ): Promise<Answer<T & Refused>>;
  patch<T = KubeObject>(
    plural: Plural,
    name: string,
    patch: object,
    how?: { type?: keyof typeof patchTypes; subresource?: string; query?: Sending['query'] },
  ): Promise<Answer<T & Refused>>;
  remove<T = KubeObject>(plural: Plural, name: string, options?: object): Promise<Answer<T & Refused>>;
  list<T = KubeObject>(plural: Plural, query?: Sending['query']): Promise<Answer<ListOf<T> & Refused>>;
  /** The changes that `during` brings about, until `isLast` says so. */
  watch<T = KubeObject>(
    plural: Plural,
    options: {
      query?: Sending['query'];
      during?: () => Promise<unknown>;
      isLast: (change: Change<T>) => boolean;
    },
  ): Promise<Change<T>[]>;
  /** Polls an object until it is as wanted; fails with its last state. */
  eventually<T = KubeObject>(
    plural: Plural,
    name: string,
    isRight: (object: T & Refused) => boolean,
    seconds?: number,
  ): Promise<T & Refused>;
  /** Resolves when an object is gone. */
  gone(plural: Plural, name: string, seconds?: number): Promise<void>;
  pods(labelSelector?: string): Promise<Pod[]>;
}

export interface ListOf<T> {
  items: T[];
  metadata: ListMeta;
}

interface ListMeta {
  resourceVersion: string;
  continue?: string;
  remainingItemCount?: number;
}

/** A case: `test('…', async ({ lab }) => …)`. Its namespace is made when it begins and deleted when it is over. */
export const test = base.extend<{ lab: Lab }>({
  // oxlint-disable-next-line no-empty-pattern -- Vitest reads from the pattern what the fixture needs: nothing
  lab: async ({}, use) => {
    const namespace = await makeNamespace();
    await use(labIn(namespace));
    await send('DELETE', `/api/v1/namespaces/${namespace}`);
  },
});

async function makeNamespace(): Promise<string> {
  const name = `contract-${randomBytes(5).toString('hex')}`;
  const made = await send('POST', '/api/v1/namespaces', { body: { metadata: { name } } });
  if (made.code !== 201) throw new Error(`namespace ${name}: ${JSON.stringify(made.body)}`);
  if (target.on !== 'embedded') {
    // Pods are refused until the namespace has its service account.
    const account = `/api/v1/namespaces/${name}/serviceaccounts/default`;
    const isThere = async (): Promise<boolean> => (await send('GET', account)).code === 200;
    await until(isThere, { what: account, deadlineMs: 20_000 });
  }
  return name;
}

function labIn(namespace: string): Lab {
  const path: Lab['path'] = (plural, name, subresource) =>
    [`${roots[plural]}/namespaces/${namespace}/${plural}`, name, subresource]
      .filter((part) => part !== undefined)
      .join('/');
  const lab: Lab = {
    namespace,
    path,
    create: (plural, object, sending = {}) => send('POST', path(plural), { body: object, ...sending }),
    get: (plural, name, subresource) => send('GET', path(plural, name, subresource)),
    put: (plural, name, object, subresource) =>
      send('PUT', path(plural, name, subresource), { body: object }),
    patch: (plural, name, patch, { type = 'merge', subresource, query } = {}) =>
      send('PATCH', path(plural, name, subresource), { body: patch, type: patchTypes[type], query }),
    remove: (plural, name, options) => send('DELETE', path(plural, name), { body: options }),
    list: (plural, query) => send('GET', path(plural), { query }),
    async watch<T>(
      plural: Plural,
      {
        query = {},
        during,
        isLast,
      }: Parameters<Lab['watch']>[1] & { isLast: (change: Change<T>) => boolean },
    ) {
      const ending = new AbortController();
      const signal = AbortSignal.any([ending.signal, AbortSignal.timeout(30_000)]);
      const changes: Change<T>[] = [];
      const watched = stream<Change<T>>(path(plural), { query: { watch: true, ...query }, signal });
      const doing = during?.();
      try {
        for await (const change of watched) {
          changes.push(change);
          if (isLast(change)) break;
        }
      } catch (error) {
        throw new Error(`watch of ${plural} has only seen ${JSON.stringify(changes)}`, { cause: error });
      } finally {
        ending.abort();
        await doing;
      }
      return changes;
    },
    async eventually<T>(
      plural: Plural,
      name: string,
      isRight: (object: T & Refused) => boolean,
      seconds = 30,
    ) {
      let last: (T & Refused) | undefined;
      const look = async (): Promise<boolean> => {
        last = (await lab.get<T>(plural, name)).body;
        return isRight(last);
      };
      await until(look, { what: name, deadlineMs: seconds * 1000, everyMs: 50 }).catch((cause: unknown) => {
        throw new Error(`${plural}/${name} stayed ${JSON.stringify(last, null, 1)}`, { cause });
      });
      return last as T & Refused;
    },
    async gone(plural, name, seconds = 30) {
      await lab.eventually(plural, name, ({ code }) => code === 404, seconds);
    },
    async pods(labelSelector) {
      const query = labelSelector === undefined ? {} : { labelSelector };
      return (await lab.list<Pod>('pods', query)).body.items;
    },
  };
  return lab;
}

/** Nominal seconds, as the cluster under test counts them, with time for the machine on top; in real seconds. */
export function nominal(seconds: number): number {
  return seconds / target.speedup + 20;
}
