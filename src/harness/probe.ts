import { request } from 'node:http';

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
  { timeoutMs, signal }: { timeoutMs: number; signal: AbortSignal },
): Promise<ProbeAnswer> {
  return new Promise((resolve, reject) => {
    const asked = request(url, { agent: false, timeout: timeoutMs, signal }, (response) => {
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
