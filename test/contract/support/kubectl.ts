import { execFile, spawn } from 'node:child_process';
import { target } from './client.ts';
import { hasKubectl } from './has-kubectl.ts';

/** The cases of kubectl are skipped without it; the set-up says so. */
export const kubectlIsThere = hasKubectl();

/** What a run of kubectl came to. */
export interface Ran {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs kubectl in a namespace. `input` goes to its standard input. */
export function kubectl(namespace: string, args: string[], input = ''): Promise<Ran> {
  return new Promise((resolve) => {
    const all = ['--kubeconfig', target.kubeconfigPath, '--namespace', namespace, ...args];
    const child = execFile('kubectl', all, { timeout: 50_000 }, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : 1;
      resolve({ code, stdout, stderr });
    });
    child.stdin?.end(input);
  });
}

/** Runs kubectl until its output is as wanted, then ends it. @returns the output. */
export function kubectlUntil(
  namespace: string,
  args: string[],
  isEnough: (stdout: string) => boolean,
): Promise<string> {
  const all = ['--kubeconfig', target.kubeconfigPath, '--namespace', namespace, ...args];
  const child = spawn('kubectl', all, { stdio: ['ignore', 'pipe', 'inherit'] });
  let stdout = '';
  const timer = setTimeout(() => child.kill(), 40_000);
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString('utf8');
    if (isEnough(stdout)) child.kill();
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', () => {
      clearTimeout(timer);
      if (isEnough(stdout)) resolve(stdout);
      else reject(new Error(`kubectl ${args.join(' ')} has only said:\n${stdout}`));
    });
  });
}
