/**
 * Time as a value that is passed in, so that code which waits can be tested with stepped time.
 * `now` is monotonic milliseconds (fractions allowed) with an arbitrary origin; `wall` is for time stamps only.
 */
export interface Clock {
  /** Monotonic milliseconds. Differences are meaningful, the value itself is not. */
  now(): number;
  /** Wall-clock milliseconds since 1970, for the time stamps of Kubernetes objects. */
  wall(): number;
  /** Resolves after `ms`; rejects with the signal's reason when it aborts first. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/**
 * The machine's monotonic clock in milliseconds (CLOCK_MONOTONIC). Unlike `performance.now()`, whose origin is the
 * thread's own start, it is the same clock in every thread and process of the machine.
 */
export function monotonicMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

/** Real time. */
export const systemClock: Clock = {
  now: monotonicMs,
  wall: Date.now,
  sleep: (ms, signal) =>
    new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      const timer = setTimeout(finish, Math.max(0, ms));
      function finish(): void {
        signal?.removeEventListener('abort', abort);
        resolve();
      }
      function abort(): void {
        clearTimeout(timer);
        reject(signal?.reason as Error);
      }
      signal?.addEventListener('abort', abort, { once: true });
    }),
};
