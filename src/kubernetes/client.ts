import { OpenbellError } from '../support/index.ts';
import { groupPath, kinds, resourcePath, type Kind } from './kinds.ts';
import type { KubeObject } from './objects.ts';
import { openTransport, type Patience, type Transport } from './transport.ts';
import { watchCollection, type Watching, type WatchOptions } from './watch.ts';

/** Where an object is, and how long the caller is willing to wait. */
export interface Where {
  /** Left out for kinds without namespace. */
  namespace?: string | undefined;
  signal?: AbortSignal | undefined;
}

/** Which objects of a kind; selectors are evaluated by the server. */
export interface ListWhere extends Where {
  /** `key=value,key2!=value2,key3 in (a,b)`. */
  labelSelector?: string | undefined;
  /** `spec.nodeName=worker-1`. */
  fieldSelector?: string | undefined;
}

/** How an object is deleted. */
export interface DeleteWhere extends Where {
  /** Seconds; 0 deletes at once; left out: the object's own. */
  gracePeriodSeconds?: number | undefined;
  propagationPolicy?: 'Background' | 'Foreground' | 'Orphan';
  /** Deletes only this very object, not a namesake. */
  uid?: string;
}

/** The content types of a patch, by the name Kubernetes gives them. */
const patchTypes = {
  json: 'application/json-patch+json',
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
} as const;

/** A connection to an API server. Every verb rejects with an {@link OpenbellError} that carries the server's words. */
export interface KubeClient {
  /** URL of the API server. */
  readonly server: string;
  /**
   * Creates the object or, where one of its name exists, merges it into that. Namespaced objects go to their own
   * `metadata.namespace`, else to `where.namespace`.
   */
  apply<T extends KubeObject>(object: T, where?: Where): Promise<T>;
  /** @throws {OpenbellError} code `KUBERNETES_NOT_FOUND`; see `isNotFound`. */
  get<T extends KubeObject>(kind: Kind<T>, name: string, where?: Where): Promise<T>;
  list<T extends KubeObject>(kind: Kind<T>, where?: ListWhere): Promise<T[]>;
  /** Resolves when the server has accepted the deletion; an object that is not there is fine. */
  delete(kind: Kind, name: string, where?: DeleteWhere): Promise<void>;
  patch<T extends KubeObject>(
    kind: Kind<T>,
    name: string,
    patch: object,
    where?: Where & { type?: keyof typeof patchTypes },
  ): Promise<T>;
  /** Lists and follows; see {@link Watching}. */
  watch<T extends KubeObject>(kind: Kind<T>, options: WatchOptions<T>): Watching<T>;
  /**
   * Asks for a pod's eviction. @throws {OpenbellError} `KUBERNETES_TOO_MANY_REQUESTS` while a disruption budget forbids it; see
   * `isNotFound` for a pod that is not there.
   */
  evict(pod: string, where: Where): Promise<void>;
  /** A pod's log as it is written, from its beginning to the container's end. */
  followLog(pod: string, where: Where): Promise<ReadableStream<Uint8Array>>;
  /** What a pod answers to a GET, asked through the API server: for those who cannot reach the pod network. */
  askPod(pod: { name: string; port: number; path: string }, where: Where): Promise<string>;
  /** Version of the cluster, `v1.34.4`. */
  version(): Promise<string>;
  /** Asks for a sign of life, once. @throws {OpenbellError} when there is none. */
  ping(where: Pick<Where, 'signal'>): Promise<void>;
  /** Breaks off every connection: one that died without a word is noticed then, and watches resume on new ones. */
  renew(): void;
  /** Closes every connection. */
  close(): void;
}

/** Connects to the cluster of a kubeconfig's current context. Sends nothing yet. Without `patience` a call fails at once. */
export async function connect(kubeconfigYaml: string, patience?: Patience): Promise<KubeClient> {
  return clientOver(await openTransport(kubeconfigYaml, patience));
}

function clientOver(transport: Transport): KubeClient {
  const kindOf = kindFinder(transport);

  async function apply<T extends KubeObject>(object: T, where: Where = {}): Promise<T> {
    const kind = await kindOf(object, where.signal);
    const namespace = object.metadata?.namespace ?? where.namespace;
    const { signal } = where;
    const path = resourcePath(kind, namespace);
    try {
      return await transport.json<T>({ method: 'POST', path, body: object, signal });
    } catch (error) {
      if (!(error instanceof OpenbellError) || error.code !== 'KUBERNETES_ALREADY_EXISTS') throw error;
      const name = object.metadata?.name ?? '';
      return patch(kind as Kind<T>, name, object, { namespace, signal });
    }
  }

  function patch<T extends KubeObject>(
    kind: Kind<T>,
    name: string,
    body: object,
    { namespace, signal, type = 'merge' }: Where & { type?: keyof typeof patchTypes } = {},
  ): Promise<T> {
    const path = resourcePath(kind, namespace, name);
    return transport.json({ method: 'PATCH', path, body, contentType: patchTypes[type], signal });
  }

  async function remove(kind: Kind, name: string, where: DeleteWhere = {}): Promise<void> {
    const { namespace, signal, gracePeriodSeconds, propagationPolicy, uid } = where;
    const body = {
      apiVersion: 'v1',
      kind: 'DeleteOptions',
      gracePeriodSeconds,
      propagationPolicy,
      preconditions: uid === undefined ? undefined : { uid },
    };
    await transport
      .json({ method: 'DELETE', path: resourcePath(kind, namespace, name), body, signal })
      .catch((error: unknown) => {
        if (!(error instanceof OpenbellError) || error.code !== 'KUBERNETES_NOT_FOUND') throw error;
      });
  }

  return {
    server: transport.server,
    apply,
    patch,
    delete: remove,
    get: (kind, name, { namespace, signal } = {}) =>
      transport.json({ method: 'GET', path: resourcePath(kind, namespace, name), signal }),
    list: async <T extends KubeObject>(
      kind: Kind<T>,
      { namespace, labelSelector, fieldSelector, signal }: ListWhere = {},
    ) => {
      const query = { labelSelector, fieldSelector };
      const path = resourcePath(kind, namespace);
      return (await transport.json<{ items: T[] }>({ method: 'GET', path, query, signal })).items;
    },
    watch: (kind, options) => watchCollection(transport, kind, options),
    evict: async (pod, { namespace, signal }) => {
      const body = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name: pod, namespace } };
      const path = `${resourcePath(kinds.pod, namespace, pod)}/eviction`;
      await transport.json({ method: 'POST', path, body, signal });
    },
    followLog: (pod, { namespace, signal }) =>
      transport.stream({
        method: 'GET',
        path: `${resourcePath(kinds.pod, namespace, pod)}/log`,
        query: { follow: true },
        signal,
      }),
    askPod: ({ name, port, path }, { namespace, signal }) =>
      transport.text({
        method: 'GET',
        path: `${resourcePath(kinds.pod, namespace, `${name}:${port}`)}/proxy${path}`,
        signal,
      }),
    version: async () =>
      (await transport.json<{ gitVersion: string }>({ method: 'GET', path: '/version' })).gitVersion,
    ping: async ({ signal }) => {
      await transport.text({ method: 'GET', path: '/version', signal, once: true });
    },
    renew: () => transport.renew(),
    close: () => transport.close(),
  };
}

/** Finds where an object's kind is served: from our own table, else from the server's discovery. */
function kindFinder(transport: Transport): (object: KubeObject, signal?: AbortSignal) => Promise<Kind> {
  const known = new Map<string, Kind>(
    Object.values(kinds).map((kind) => [`${kind.apiVersion} ${kind.kind}`, kind]),
  );
  return async ({ apiVersion = '', kind = '' }, signal) => {
    const found = known.get(`${apiVersion} ${kind}`);
    if (found !== undefined) return found;
    const { resources } = await transport.json<{
      resources: { name: string; kind: string; namespaced: boolean }[];
    }>({ method: 'GET', path: groupPath(apiVersion), signal });
    for (const { name, kind, namespaced } of resources) {
      if (name.includes('/')) continue;
      known.set(`${apiVersion} ${kind}`, { apiVersion, kind, plural: name, namespaced });
    }
    const discovered = known.get(`${apiVersion} ${kind}`);
    if (discovered === undefined) {
      throw new OpenbellError(`the API server does not serve ${kind} of ${apiVersion}`, {
        code: 'KUBERNETES_KIND_UNKNOWN',
        hint: "Check the manifest's apiVersion and kind against `kubectl api-resources`.",
      });
    }
    return discovered;
  };
}
