/** The API over HTTPS, for the node processes. */
import { readFile } from 'node:fs/promises';
import type { ClientRequest, IncomingMessage } from 'node:http';
import { Agent, request } from 'node:https';
import type { Duplex } from 'node:stream';
import { createInterface } from 'node:readline';
import {
  ApiError,
  type Api,
  type DeleteOptions,
  type List,
  type ListOptions,
  type ObjectRef,
  type ResourceType,
  type WatchEvent,
} from './api.ts';
import { Link } from './link.ts';
import type { KubeObject, Status } from './objects.ts';

export interface HttpApiOptions {
  /** `https://127.0.0.1:6443`. */
  url: string;
  /** PEM files of the client's identity. */
  tls: { ca: string; cert: string; key: string };
  /** How long a request other than a watch may take; 15 s when left out. */
  timeoutMs?: number;
  /** What the connections go over. While it is cut, those that exist are lost and new ones wait. */
  link?: Link;
}

/** An {@link Api} whose connections can be closed. */
export interface HttpApi extends Api {
  /** Cuts all connections, watches included. */
  close(): void;
}

/** Connects lazily: nothing is sent before the first call. @throws when a PEM file cannot be read. */
export async function connectHttpApi({
  url,
  tls,
  timeoutMs = 15_000,
  link = new Link(),
}: HttpApiOptions): Promise<HttpApi> {
  const [ca, cert, key] = await Promise.all([tls.ca, tls.cert, tls.key].map((path) => readFile(path)));
  const over = { link, timeoutMs };
  const identity = { ca, cert, key, keepAlive: true };
  // Watches hold their connections, so they must not take the places of requests.
  const requests = new LinkedAgent({ ...identity, maxSockets: 8 }, over);
  const watches = new LinkedAgent(identity, over);

  function send(method: string, path: string, body?: object, type = 'application/json'): Promise<unknown> {
    const text = body === undefined ? undefined : JSON.stringify(body);
    return new Promise((resolve, reject) => {
      const headers = {
        accept: 'application/json',
        ...(text !== undefined && { 'content-type': type, 'content-length': Buffer.byteLength(text) }),
      };
      const sent = request(new URL(path, url), { method, agent: requests, headers, timeout: timeoutMs });
      sent.on('timeout', () => sent.destroy(new Error(`${method} ${path}: no answer in ${timeoutMs} ms`)));
      sent.on('error', reject);
      sent.on('response', (response) => {
        textOf(response)
          .then((text) => resolve(answerOf(response, text)))
          .catch(reject);
      });
      sent.end(text);
    });
  }

  return {
    close() {
      requests.destroy();
      watches.destroy();
    },
    get: async <T extends KubeObject>(type: ResourceType<T>, ref: ObjectRef): Promise<T> =>
      (await send('GET', pathOf(type, ref))) as T,
    async list<T extends KubeObject>(type: ResourceType<T>, options: ListOptions = {}): Promise<List<T>> {
      const answer = (await send('GET', pathOf(type, options) + queryOf(options))) as {
        metadata: { resourceVersion: string };
        items: T[];
      };
      return { resourceVersion: answer.metadata.resourceVersion, items: answer.items };
    },
    create: async <T extends KubeObject>(type: ResourceType<T>, object: T): Promise<T> =>
      (await send('POST', pathOf(type, { namespace: object.metadata?.namespace }), object)) as T,
    update: async <T extends KubeObject>(type: ResourceType<T>, object: T): Promise<T> =>
      (await send('PUT', pathOf(type, refOf(object)), object)) as T,
    updateStatus: async <T extends KubeObject>(type: ResourceType<T>, object: T): Promise<T> =>
      (await send('PUT', `${pathOf(type, refOf(object))}/status`, object)) as T,
    patch: async <T extends KubeObject>(
      type: ResourceType<T>,
      ref: ObjectRef,
      patch: object,
      subresource?: 'status' | 'scale' | 'finalize',
    ): Promise<T> => {
      const path = pathOf(type, ref) + (subresource === undefined ? '' : `/${subresource}`);
      return (await send('PATCH', path, patch, 'application/merge-patch+json')) as T;
    },
    async delete<T extends KubeObject>(
      type: ResourceType<T>,
      ref: ObjectRef,
      options?: DeleteOptions,
    ): Promise<void> {
      await send('DELETE', pathOf(type, ref), options);
    },
    async bind(pod: ObjectRef, node: string): Promise<void> {
      const pods = { group: '', version: 'v1', plural: 'pods', namespaced: true };
      const target = { apiVersion: 'v1', kind: 'Node', name: node };
      const binding = { apiVersion: 'v1', kind: 'Binding', metadata: { name: pod.name }, target };
      await send('POST', `${pathOf(pods, pod)}/binding`, binding);
    },
    async *watch<T extends KubeObject>(
      type: ResourceType<T>,
      { signal, ...options }: ListOptions & { resourceVersion: string; signal: AbortSignal },
    ): AsyncGenerator<WatchEvent<T>> {
      if (signal.aborted) return;
      const query = queryOf(options, {
        watch: 'true',
        resourceVersion: options.resourceVersion,
        allowWatchBookmarks: 'true',
      });
      const sent = request(new URL(pathOf(type, options) + query, url), {
        agent: watches,
        headers: { accept: 'application/json' },
      });
      const cut = (): void => {
        sent.destroy();
      };
      signal.addEventListener('abort', cut, { once: true });
      try {
        const response = await answered(sent);
        if (response.statusCode !== 200) answerOf(response, await textOf(response));
        for await (const line of createInterface({ input: response, crlfDelay: Infinity })) {
          if (line !== '') yield JSON.parse(line) as WatchEvent<T>;
        }
        // A connection that breaks looks like an end to the line reader.
        if (!signal.aborted && !response.complete)
          throw new Error(`watch of ${type.plural}: connection lost`);
      } catch (error) {
        if (!signal.aborted) throw error;
      } finally {
        signal.removeEventListener('abort', cut);
        sent.destroy();
      }
    },
  };
}

/** What an agent waits for; the type that Node gives it does not know that a failure comes without a socket. */
type Connecting = (error: Error | null, socket?: Duplex) => void;

/** An agent whose connections go over a link that can be cut. */
class LinkedAgent extends Agent {
  readonly #link: Link;
  readonly #timeoutMs: number;

  constructor(
    options: ConstructorParameters<typeof Agent>[0],
    { link, timeoutMs }: { link: Link; timeoutMs: number },
  ) {
    super(options);
    this.#link = link;
    this.#timeoutMs = timeoutMs;
    link.onCut(() => this.destroy());
  }

  override createConnection(
    ...[options, connected]: Parameters<Agent['createConnection']>
  ): ReturnType<Agent['createConnection']> {
    if (this.#link.isUp) return super.createConnection(options, connected);
    void this.#connectLater(options, connected as Connecting);
    return undefined;
  }

  async #connectLater(
    options: Parameters<Agent['createConnection']>[0],
    connected: Connecting,
  ): Promise<void> {
    let socket: Duplex | undefined;
    let failure: Error | null = null;
    try {
      await this.#link.untilUp(this.#timeoutMs);
      socket = super.createConnection(options) as Duplex;
    } catch (error) {
      failure = error as Error;
    }
    connected(failure, socket);
  }
}

function answered(sent: ClientRequest): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    sent.on('response', resolve);
    sent.on('error', reject);
    sent.end();
  });
}

async function textOf(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of response as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

function answerOf({ statusCode = 0 }: IncomingMessage, text: string): unknown {
  let answer: unknown;
  try {
    answer = JSON.parse(text);
  } catch {
    throw new ApiError({ code: statusCode, reason: 'InternalError', message: text.slice(0, 500) });
  }
  if (statusCode >= 400) throw new ApiError({ code: statusCode, ...(answer as Status) });
  return answer;
}

function pathOf(
  { group, version, plural, namespaced }: Pick<ResourceType, 'group' | 'version' | 'plural' | 'namespaced'>,
  { namespace, name }: Partial<ObjectRef>,
): string {
  const root = group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
  const scope = namespaced && namespace !== undefined ? `/namespaces/${encodeURIComponent(namespace)}` : '';
  return `${root}${scope}/${plural}${name === undefined ? '' : `/${encodeURIComponent(name)}`}`;
}

function queryOf({ labelSelector, fieldSelector }: ListOptions, more: Record<string, string> = {}): string {
  const query = new URLSearchParams({
    ...(labelSelector !== undefined && { labelSelector }),
    ...(fieldSelector !== undefined && { fieldSelector }),
    ...more,
  });
  return query.size === 0 ? '' : `?${query.toString()}`;
}

function refOf({ metadata }: KubeObject): ObjectRef {
  return { namespace: metadata?.namespace, name: metadata?.name ?? '' };
}
