/** The official client's connection to the cluster under test, and requests over it that show the whole answer. */
// oxlint-disable-next-line no-restricted-imports -- whether the official client understands the server is what is tested
import * as client from '@kubernetes/client-node';
import { readFileSync } from 'node:fs';
import { inject } from 'vitest';

export const target = inject('target');

const config = new client.KubeConfig();
config.loadFromString(readFileSync(target.kubeconfigPath, 'utf8'));

/** For the client's generated classes: `clientOf(client.CoreV1Api)`. */
export { client, config as kubeConfig };
export const core = config.makeApiClient(client.CoreV1Api);
export const apps = config.makeApiClient(client.AppsV1Api);

const server = config.getCurrentCluster()?.server ?? '';
const { httpApi } = client.createConfiguration();
let pool: ReturnType<client.RequestContext['getDispatcher']>;

type Verb = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** What is sent besides method and path. */
export interface Sending {
  /** An object goes as JSON, text as it is. */
  body?: object | string | undefined;
  /** Content-Type; `application/json` when left out. */
  type?: string | undefined;
  accept?: string | undefined;
  query?: Record<string, string | number | boolean> | undefined;
  signal?: AbortSignal | undefined;
}

/** The whole answer. */
export interface Answer<T> {
  code: number;
  body: T;
  /** The texts of the Warning headers. */
  warnings: string[];
}

/** Sends one request and answers with whatever came back, refusals included. */
export async function send<T>(method: Verb, path: string, sending: Sending = {}): Promise<Answer<T>> {
  const response = await open(method, path, sending);
  const text = await response.body.text();
  const isJson = (response.headers['content-type'] ?? '').includes('json');
  const body = (isJson ? JSON.parse(text) : text) as T;
  const warnings = [...(response.headers['warning'] ?? '').matchAll(/299 - "((?:[^"\\]|\\.)*)"/g)];
  return {
    code: response.httpStatusCode,
    body,
    warnings: warnings.map(([, text = '']) => text.replaceAll('\\"', '"')),
  };
}

/** Lines of JSON as they arrive, until the server ends the answer or `signal` aborts. */
export async function* stream<T>(path: string, sending: Sending = {}): AsyncGenerator<T> {
  const { body, httpStatusCode } = await open('GET', path, sending);
  if (httpStatusCode !== 200) throw new Error(`${path}: ${httpStatusCode} ${await body.text()}`);
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of body.stream() as unknown as AsyncIterable<Uint8Array>) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (line !== '') yield JSON.parse(line) as T;
  }
}

async function open(method: Verb, path: string, sending: Sending): Promise<client.ResponseContext> {
  const { body, type = 'application/json', accept = 'application/json', query = {}, signal } = sending;
  const url = new URL(server + path);
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, String(value));
  const context = new client.RequestContext(url.href, method);
  context.setHeaderParam('Accept', accept);
  if (body !== undefined) {
    context.setHeaderParam('Content-Type', type);
    context.setBody(typeof body === 'string' ? body : JSON.stringify(body));
  }
  if (signal !== undefined) context.setSignal(signal);
  await config.applySecurityAuthentication(context);
  pool ??= context.getDispatcher();
  if (pool !== undefined) context.setDispatcher(pool);
  return httpApi.send(context).toPromise();
}
