import type * as Client from '@kubernetes/client-node';
import { OpenbellError, monotonicMs, systemClock } from '../support/index.ts';
import { noCredentials, refusal, unreachable } from './errors.ts';
import { whyNoIdToken } from './id-token.ts';

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
  /** Sent once, however patient the transport is. */
  once?: boolean;
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
  /** Breaks off every connection, streams included: those that follow are new ones. */
  renew(): void;
  /** Closes the connections; calls under way are broken off. */
  close(): void;
}

/** How an API server that cannot be reached is waited for: a call is sent again until it answers. */
export interface Patience {
  /** ms from a call's first failure to its last. */
  forMs: number;
  /** Nothing is waited for any more: the cluster is gone for good. */
  signal: AbortSignal;
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
export async function openTransport(
  kubeconfigYaml: string,
  patience: Patience | null = null,
): Promise<Transport> {
  const client = await preload();
  const read = (): Client.KubeConfig => {
    const config = new client.KubeConfig();
    config.loadFromString(kubeconfigYaml);
    return config;
  };
  let config = read();
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
  const pools = new Set<NonNullable<typeof pool>>();

  function renew(): void {
    pool = undefined;
    for (const old of pools) void old.destroy().catch(() => {});
    pools.clear();
  }

  async function sendOnce(call: Call, asked: string): Promise<Client.ResponseContext> {
    const url = urlOf(server ?? '', call);
    const context = new client.RequestContext(url.href, call.method);
    context.setHeaderParam('Accept', 'application/json');
    if (call.body !== undefined) {
      context.setHeaderParam('Content-Type', call.contentType ?? 'application/json');
      context.setBody(JSON.stringify(call.body));
    }
    if (call.signal !== undefined) context.setSignal(call.signal);
    const user = config.getCurrentUser();
    const missing = user === null ? null : whyNoIdToken(user, Date.now());
    if (missing !== null) throw noCredentials(user?.name ?? '', missing);
    await config.applySecurityAuthentication(context).catch((error: unknown) => {
      throw noCredentials(user?.name ?? '', error);
    });
    pool ??= context.getDispatcher();
    if (pool !== undefined) {
      pools.add(pool);
      context.setDispatcher(pool);
    }
    return httpApi
      .send(context)
      .toPromise()
      .catch((error: unknown) => {
        call.signal?.throwIfAborted();
        throw unreachable(asked, server ?? '', error);
      });
  }

  async function send(call: Call): Promise<Client.ResponseContext> {
    const url = urlOf(server ?? '', call);
    const asked = `${call.method} ${url.pathname}${url.search}`;
    let answer = await sendOnce(call, asked);
    if (answer.httpStatusCode === 401) {
      // What an exec plugin gave may have run out: it is asked again, and connections are made from what it gives then.
      config = read();
      pool = undefined;
      answer = await sendOnce(call, asked);
    }
    if (answer.httpStatusCode >= 300) throw refusal(asked, answer.httpStatusCode, await answer.body.text());
    return answer;
  }

  /** A whole answer, as text. Sending a call twice does no harm: each either says what is to be or names what it means. */
  async function ask(call: Call): Promise<string> {
    const once = async (): Promise<string> => {
      const deadline = AbortSignal.timeout(callDeadlineMs);
      const signal = call.signal === undefined ? deadline : AbortSignal.any([call.signal, deadline]);
      try {
        const answer = await send({ ...call, signal });
        return await answer.body.text();
      } catch (error) {
        call.signal?.throwIfAborted();
        if (error instanceof OpenbellError) throw error;
        // It ended within the answer, or there was none.
        const why = deadline.aborted ? `no answer within ${callDeadlineMs / 1000} s` : error;
        throw unreachable(`${call.method} ${call.path}`, server ?? '', why);
      }
    };
    return patience === null || call.once === true ? once() : persist(once, patience, call.signal);
  }

  return {
    server,
    json: async <T>(call: Call) => JSON.parse(await ask(call)) as T,
    text: ask,
    stream: async (call) => {
      const answer = await send(call);
      const body = answer.body.stream();
      if (body === null) throw unreachable(`${call.method} ${call.path}`, server, 'the answer has no body');
      return body;
    },
    renew,
    close: renew,
  };
}

function urlOf(server: string, { path, query = {} }: Call): URL {
  const url = new URL(server + path);
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) url.searchParams.set(name, String(value));
  }
  return url;
}

/** Tries again with growing pauses while the server cannot be reached. */
async function persist<T>(
  once: () => Promise<T>,
  { forMs, signal: hopeless }: Patience,
  signal: AbortSignal | undefined,
): Promise<T> {
  let giveUpAt: number | null = null;
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(2 * pauseMs, longestPauseMs)) {
    try {
      return await once();
    } catch (error) {
      const unreached = error instanceof OpenbellError && error.code === 'KUBERNETES_UNREACHABLE';
      giveUpAt ??= monotonicMs() + forMs;
      if (!unreached || hopeless.aborted || monotonicMs() + pauseMs > giveUpAt) throw error;
      await systemClock.sleep(pauseMs, signal);
    }
  }
}

const firstPauseMs = 50;
const longestPauseMs = 1_000;

/** No call but a watch takes longer than this; a hanging server must not hang a run. */
const callDeadlineMs = 30_000;
