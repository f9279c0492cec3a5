/** The other end of the witnesses' sockets, on a thread of its own so that nothing else delays its clock. */
import { createServer } from 'node:net';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { fileURLToPath } from 'node:url';

/** What is known of a pod, in ms of the machine's monotonic clock. */
export interface Truth {
  pod: string;
  startedMs: number;
  readyMs: number | null;
  servedMs: number | null;
  /** Each answer that it gave. */
  answersMs: number[];
  goneMs: number | null;
}

/** Listens on `socket`; `end` resolves with what was told. */
export async function openLedger(socket: string): Promise<{ end: () => Promise<Truth[]> }> {
  const worker = new Worker(fileURLToPath(import.meta.url), { workerData: socket });
  const next = <T>() =>
    new Promise<T>((resolve, reject) => {
      worker.once('message', resolve);
      worker.once('error', reject);
    });
  await next();
  return {
    async end() {
      const told = next<Truth[]>();
      worker.postMessage('end', []);
      const truths = await told;
      await worker.terminate();
      return truths;
    },
  };
}

function listen(socket: string, port: NonNullable<typeof parentPort>): void {
  const truths: Truth[] = [];
  const server = createServer((witness) => {
    let truth: Truth | null = null;
    let rest = '';
    witness.setEncoding('utf8').on('data', (text: string) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        const { pod, deed, atMs } = JSON.parse(line) as { pod: string; deed: string; atMs: number };
        if (truth === null)
          truths.push(
            (truth = { pod, startedMs: atMs, readyMs: null, servedMs: null, answersMs: [], goneMs: null }),
          );
        if (deed === 'ready') truth.readyMs = atMs;
        if (deed === 'served') {
          truth.servedMs ??= atMs;
          truth.answersMs.push(atMs);
        }
      }
    });
    const gone = (): void => {
      if (truth !== null) truth.goneMs ??= Number(process.hrtime.bigint()) / 1e6;
    };
    // A killed process resets what it had not read; either way its socket is closed at once.
    witness.once('end', gone).once('error', gone).once('close', gone);
  });
  server.listen(socket, () => port.postMessage('ready', []));
  port.once('message', () => {
    server.close();
    port.postMessage(truths, []);
  });
}

if (!isMainThread && parentPort !== null) listen(workerData as string, parentPort);
