import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** What a suite came to, by its closing line. */
export interface Count {
  passed: number;
  failed: number;
  skipped: number;
}

/** Runs a suite with its output shown as it comes. One that ends without its closing line counts as a failure. */
export async function runSuite(command: string, args: readonly string[]): Promise<Count> {
  const child = spawn(command, args, { stdio: ['inherit', 'pipe', 'inherit'] });
  let tail = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    process.stdout.write(text);
    tail = (tail + text).slice(-1_000);
  });
  const [code] = (await once(child, 'close')) as [number | null];
  const found = [...tail.matchAll(/(\d+) passed, (\d+) failed, (\d+) skipped/g)].at(-1);
  const [passed = 0, failed = 0, skipped = 0] = found?.slice(1).map(Number) ?? [];
  return { passed, failed: code === 0 ? failed : Math.max(1, failed), skipped };
}

/** Prints the sum of several suites as the last line, and sets the exit code by it. */
export function closeWith(counts: readonly Count[]): void {
  const sum = (of: keyof Count): number => counts.reduce((total, count) => total + count[of], 0);
  console.log(`${sum('passed')} passed, ${sum('failed')} failed, ${sum('skipped')} skipped`);
  process.exitCode = sum('failed') === 0 ? 0 : 1;
}
