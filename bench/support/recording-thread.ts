/** A thread that records until it is told to end, so that nothing else delays its clock. */
import { Worker } from 'node:worker_threads';

/** A thread that runs and is ready. */
export interface RecordingThread<Recorded> {
  /** Resolves with what was recorded, in order. */
  end(): Promise<Recorded[]>;
}

/**
 * Starts `file` with `workerData`. The thread posts a first message when it is ready, and what it recorded when it is posted one.
 *
 * @throws what the thread throws
 */
export async function recordingThread<Recorded>(
  file: URL,
  workerData: string,
): Promise<RecordingThread<Recorded>> {
  const worker = new Worker(file, { workerData });
  const next = <T>() =>
    new Promise<T>((resolve, reject) => {
      worker.once('message', resolve);
      worker.once('error', reject);
    });
  await next();
  return {
    async end() {
      const recorded = next<Recorded[]>();
      worker.postMessage('end', []);
      const all = await recorded;
      await worker.terminate();
      return all;
    },
  };
}
