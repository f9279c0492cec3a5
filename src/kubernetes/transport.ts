import type * as Client from '@kubernetes/client-node';
import { OpenbellError } from '../support/index.ts';
import { refusal, unreachable } from './errors.ts';

/** What is sent. */
interface Call {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Path from the server's root, without query. */
  path: string;
  query?: Record<string, string | number | boolean | undefined>;
  body?: object;
  /** Of the body; `application/json` when left out. */
  contentType?: string;
  signal?: AbortSignal | undefined;
}

/** Sends calls to the API server of a kubeconfig's current context. */
export interface Transport {
  readonly server: string;
  /** The answer's JSON. @throws {OpenbellError} see `refusal` and `unreachable`. */
  json<T>(call: Call): Promise<T>;
  /** The answer's body as text. */
  text(call: Call): Promise<string>;
  /** The answer's body as it arrives, for watches. */
  stream(call: Call): Promise<ReadableStream<Uint8Array>>;
  /** Closes the connections; calls under way are broken off. */
  close(): void;
}

let loading: Promise<typeof Client> | undefined;

/**
 * Begins to load the client library, which takes 0.4 s: called early, it overlaps with the cluster's boot. Calling it again
 * costs nothing.
 */
export function preload(): Promise<typeof Client> {
  loading ??= import('@kubernetes/client-node');
  return loading;
}

/**
 * The library's HTTP layer without its generated classes: objects stay the JSON that travelled (time stamps as text, fields
 * the library does not know kept). Credentials, certificates and proxies come from the kubeconfig.
 */
export async function openTransport(kubeconfigYaml: string): Promise<Transport> {
  const client = await preload();
  const config = new client.KubeConfig();
  config.loadFromString(kubeconfigYaml);
  const server = config.getCurrentCluster()?.server;
  if (server === undefined) {
    throw new OpenbellError(
      `the kubeconfig has no cluster for its current context ("${config.getCurrentContext()}")`,
      { code: 'KUBECONFIG_INVALID', hint: 'Check current-context, contexts and clusters in that file.' },
    );
  }
  const { httpApi } = client.createConfiguration();
  // The library makes a connection pool for each call it authenticates; one is kept, or each call would shake hands anew.
  let pool: ReturnType<Client.RequestContext['getDispatcher']>;

  async function send(call: Call): Promise<Client.ResponseContext> {
    const url = new URL(server + call.path);
    for (const [name, value] of Object.entries(call.query ?? {})) {
      if (value !== undefined) url.searchParams.set(name, String(value));
    }
    const context = new client.RequestContext(url.href, call.method);
    context.setHeaderParam('Accept', 'application/json');
    if (call.body !== undefined) {
      context.setHeaderParam('Content-Type', call.contentType ?? 'application/json');
      context.setBody(JSON.stringify(call.body));
    }
    if (call.signal !== undefined) context.setSignal(call.signal);
    await config.applySecurityAuthentication(context);
    pool ??= context.getDispatcher();
    if (pool !== undefined) context.setDispatcher(pool);
    const asked = `${call.method} ${url.pathname}${url.search}`;
    const answer = await httpApi
      .send(context)
      .toPromise()
      .catch((error: unknown) => {
        call.signal?.throwIfAborted();
        throw unreachable(asked, server ?? '', error);
      });
    if (answer.httpStatusCode >= 300) {
      // Credentials may have been renewed (exec plugins): the next call makes its connections from the new ones.
      if (answer.httpStatusCode === 401) pool = undefined;
      throw refusal(asked, answer.httpStatusCode, await answer.body.text());
    }
    return answer;
  }

  return {
    server,
    json: async <T>(call: Call) => {
      const answer = await send({ ...call, signal: withDeadline(call.signal) });
      return JSON.parse(await answer.body.text()) as T;
    },
    text: async (call) => {
      const answer = await send({ ...call, signal: withDeadline(call.signal) });
      return answer.body.text();
    },
    stream: async (call) => {
      const answer = await send(call);
      const body = answer.body.stream();
      if (body === null) throw unreachable(`${call.method} ${call.path}`, server, 'the answer has no body');
      return body;
    },
    close: () => void pool?.destroy(),
  };
}

/** No call but a watch takes longer than this; a hanging server must not hang a run. */
const callDeadlineMs = 30_000;

function withDeadline(signal: AbortSignal | undefined): AbortSignal {
  const deadline = AbortSignal.timeout(callDeadlineMs);
  return signal === undefined ? deadline : AbortSignal.any([signal, deadline]);
}
