/** For tests: a server that answers API calls as a test says, on a real socket. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** A call as the server received it. */
interface ReceivedCall {
  method: string;
  path: string;
  query: Record<string, string>;
  contentType: string | undefined;
  body: unknown;
}

/** Answers a call; what it returns is sent as JSON, unless it has answered by itself. */
type Answerer = (call: ReceivedCall, response: ServerResponse, request: IncomingMessage) => unknown;

/** PEM texts. */
export interface ServerTls {
  ca: string;
  cert: string;
  key: string;
  /** Of the client, to be named in the kubeconfig. */
  clientCert: string;
  clientKey: string;
}

/** Starts the server; it ends when the test's `await using` goes out of scope. */
export async function scriptedServer(answer: Answerer, tls?: ServerTls) {
  const received: ReceivedCall[] = [];
  let connections = 0;

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://localhost');
    const body = await text(request);
    const call = {
      method: request.method ?? '',
      path: url.pathname,
      query: Object.fromEntries(url.searchParams),
      contentType: request.headers['content-type'],
      body: body === '' ? undefined : (JSON.parse(body) as unknown),
    };
    received.push(call);
    const said = answer(call, response, request);
    if (said !== undefined) response.setHeader('content-type', 'application/json').end(JSON.stringify(said));
  }

  const handler = (request: IncomingMessage, response: ServerResponse): void =>
    void handle(request, response);
  const server: Server =
    tls === undefined
      ? createServer(handler)
      : createTlsServer({ ...tls, requestCert: true, rejectUnauthorized: true }, handler);
  server.on('connection', () => (connections += 1));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;

  return {
    received,
    connections: () => connections,
    kubeconfig: kubeconfigFor(port, tls),
    server,
    [Symbol.asyncDispose]: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Sends a Status as the API server does. */
export function refuse(response: ServerResponse, code: number, reason: string, message: string): void {
  response.writeHead(code, { 'content-type': 'application/json' });
  response.end(
    JSON.stringify({ kind: 'Status', apiVersion: 'v1', status: 'Failure', code, reason, message }),
  );
}

function kubeconfigFor(port: number, tls: ServerTls | undefined): string {
  const base64 = (pem: string): string => Buffer.from(pem).toString('base64');
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'test',
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'test' } }],
    clusters: [
      {
        name: 'test',
        cluster:
          tls === undefined
            ? { server: `http://127.0.0.1:${port}`, 'insecure-skip-tls-verify': true }
            : { server: `https://127.0.0.1:${port}`, 'certificate-authority-data': base64(tls.ca) },
      },
    ],
    users: [
      {
        name: 'test',
        user:
          tls === undefined
            ? { token: 'test' }
            : {
                'client-certificate-data': base64(tls.clientCert),
                'client-key-data': base64(tls.clientKey),
              },
      },
    ],
  });
}
