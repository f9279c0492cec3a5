/** The other end of the witnesses' sockets, on a thread of its own so that nothing else delays its clock. */
import { createServer } from 'node:net';
import { isMainThread, parentPort, workerData } from 'node:worker_threads';
import { recordingThread, type RecordingThread } from './recording-thread.ts';

/** What is known of a pod, in ms of the machine's monotonic clock. */
export interface Truth {
  pod: string;
  startedMs: number;
  readyMs: number | null;
  servedMs: number | null;
  /** How many requests reached it, and each answer that it gave. */
  asked: number;
  answersMs: number[];
  goneMs: number | null;
}

/** Listens on `socket`; `end` resolves with what was told. */
export function openLedger(socket: string): Promise<RecordingThread<Truth>> {
  return recordingThread<Truth>(new URL(import.meta.url), socket);
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
            (truth = {
              pod,
              startedMs: atMs,
              readyMs: null,
              servedMs: null,
              asked: 0,
              answersMs: [],
              goneMs: null,
            }),
          );
        if (deed === 'asked') truth.asked += 1;
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
