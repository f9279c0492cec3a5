import { execFileSync } from 'node:child_process';

/** Whether there is a kubectl to test with. */
export function hasKubectl(): boolean {
  try {
    execFileSync('kubectl', ['version', '--client'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
