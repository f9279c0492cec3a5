/**
 * Calls `task` up to `count` times, in batches of 1, 2, 4, 8 … at once, so that what fails for all fails only once. Stops
 * after a batch with a failure.
 *
 * @returns how many succeeded, and the first failure.
 */
export async function slowStart(
  count: number,
  task: () => Promise<void>,
): Promise<{ successes: number; error: unknown }> {
  let successes = 0;
  for (let batch = 1; successes < count; batch *= 2) {
    const size = Math.min(batch, count - successes);
    const results = await Promise.allSettled(Array.from({ length: size }, task));
    const failed = results.find((result) => result.status === 'rejected');
    successes += results.filter(({ status }) => status === 'fulfilled').length;
    if (failed !== undefined) return { successes, error: failed.reason };
  }
  return { successes, error: undefined };
}
