import { readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import type { ControlPlaneConfig } from '../../config.ts';
import { accessReviewPath, serveAccessReview } from './access-review.ts';
import { discoveryOf } from './discovery.ts';
import { failure, noSuchResource } from './errors.ts';
import { sendError, sendJson, sendText, type Exchange } from './exchange.ts';
import type { Context } from './kinds/strategy.ts';
import { openApiOf } from './openapi.ts';
import { serveRoute } from './rest.ts';
import { routeOf } from './routes.ts';

/** An API server that listens. */
export interface ApiServer {
  port: number;
  url: string;
  /** Stops listening and cuts every connection; the state stays with the context. */
  close(): Promise<void>;
}

const healthPaths = ['/healthz', '/livez', '/readyz'];
const allowedGroups = ['system:masters', 'system:nodes'];

/**
 * Serves the API over HTTPS to clients with a certificate of the cluster's own CA. Port 0 takes a free one.
 *
 * @throws when the port is taken or the certificates in `pkiDir` cannot be read.
 */
export async function startApiServer({
  config,
  context,
}: {
  config: Pick<ControlPlaneConfig, 'pkiDir' | 'runDir' | 'apiServer'>;
  context: Context;
}): Promise<ApiServer> {
  const file = (name: string): Promise<Buffer> => readFile(join(config.pkiDir, name));
  const [ca, cert, key] = await Promise.all([file('ca.crt'), file('server.crt'), file('server.key')]);
  const serving = { ...context, runDir: config.runDir };
  const server = createServer(
    // Who has no certificate is answered 401 rather than cut off.
    { ca, cert, key, requestCert: true, rejectUnauthorized: false, keepAliveTimeout: 120_000 },
    (request, response) => {
      const exchange = exchangeOf(request, response);
      void serve(serving, exchange).catch((error: unknown) => sendError(exchange, error));
    },
  );
  const { host, port } = config.apiServer;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  const { port: taken } = server.address() as AddressInfo;
  return {
    port: taken,
    url: `https://${host}:${taken}`,
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

function exchangeOf(request: IncomingMessage, response: ServerResponse): Exchange {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'https://localhost');
  return {
    request,
    response,
    path: pathname.length > 1 ? pathname.replace(/\/+$/, '') : pathname,
    query: searchParams,
    user: userOf(request.socket as TLSSocket),
  };
}

const users = new WeakMap<TLSSocket, Exchange['user']>();

/** Who is at the other end; read from the certificate once per connection. */
function userOf(socket: TLSSocket): Exchange['user'] {
  let user = users.get(socket);
  if (user === undefined) {
    const subject = socket.getPeerCertificate()?.subject as
      | { CN?: string; O?: string | string[] }
      | undefined;
    user = { name: subject?.CN ?? 'system:anonymous', groups: [subject?.O ?? []].flat() };
    users.set(socket, user);
  }
  return user;
}

async function serve(serving: Parameters<typeof serveRoute>[0], exchange: Exchange): Promise<void> {
  const { path, request } = exchange;
  if (healthPaths.includes(path)) return sendText(exchange, 200, 'ok', 'text/plain; charset=utf-8');
  if (!(request.socket as TLSSocket).authorized) throw failure(401, 'Unauthorized', 'Unauthorized');
  if (path === accessReviewPath && request.method === 'POST')
    return serveAccessReview(exchange, mayEnter(exchange));
  const route = routeOf(path);
  if (route !== undefined) {
    refuseStrangers(exchange);
    return serveRoute(serving, exchange, route);
  }
  const aggregated = request.headers.accept?.includes('as=APIGroupDiscoveryList') === true;
  const discovery = discoveryOf(path, aggregated);
  if (discovery !== undefined) return sendJson(exchange, 200, discovery.body, discovery.type);
  const openApi = path.startsWith('/openapi/v3') ? openApiOf(path) : undefined;
  if (openApi !== undefined) return sendJson(exchange, 200, openApi);
  throw noSuchResource();
}

function mayEnter({ user }: Exchange): boolean {
  return user.groups.some((group) => allowedGroups.includes(group));
}

function refuseStrangers(exchange: Exchange): void {
  if (mayEnter(exchange)) return;
  const { user, path } = exchange;
  throw failure(403, 'Forbidden', `forbidden: User "${user.name}" cannot reach path "${path}"`, {});
}
