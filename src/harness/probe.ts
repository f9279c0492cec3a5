import { request } from 'node:http';
import { request as secureRequest, type RequestOptions } from 'node:https';
import type { TlsSettings } from '../traffic/index.ts';

/** An HTTP answer, as far as the harness looks at it. */
export interface ProbeAnswer {
  status: number;
  /** The `x-pod` header: who answered. */
  pod: string | null;
  body: string;
}

/** Asks once, on a connection of its own. @throws what the socket says. */
export function ask(
  url: URL,
  { timeoutMs, signal, tls }: { timeoutMs: number; signal: AbortSignal; tls?: TlsSettings | undefined },
): Promise<ProbeAnswer> {
  return new Promise((resolve, reject) => {
    const options = { agent: false as const, timeout: timeoutMs, signal, ...secureOptions(tls) };
    const open = url.protocol === 'https:' ? secureRequest : request;
    const asked = open(url, options, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const header = response.headers['x-pod'];
        resolve({
          status: response.statusCode ?? 0,
          pod: typeof header === 'string' ? header : null,
          body: Buffer.concat(chunks).toString(),
        });
      });
    });
    asked.on('timeout', () => asked.destroy(new Error(`no answer from ${url.href} within ${timeoutMs} ms`)));
    asked.on('error', reject);
    asked.end();
  });
}

function secureOptions(tls: TlsSettings | undefined): RequestOptions {
  if (tls === undefined) return {};
  const { ca, cert, key, serverName, verify } = tls;
  return {
    rejectUnauthorized: verify,
    ...(ca === null ? {} : { ca }),
    ...(cert === null ? {} : { cert }),
    ...(key === null ? {} : { key }),
    ...(serverName === null ? {} : { servername: serverName }),
  };
}
