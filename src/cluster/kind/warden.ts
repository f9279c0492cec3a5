import { spawn } from 'node:child_process';
import type { Socket } from 'node:net';
import { fileURLToPath } from 'node:url';

/**
 * A shell in a session of its own that waits until this process is gone, however it went, and then deletes the cluster
 * if it is not kept. It costs a megabyte while it waits.
 */
export interface Warden {
  /** The cluster is kept, or gone: the warden ends without doing anything. */
  dismiss(): void;
}

const script = 'read -r word; [ "$word" = dismissed ] || exec "$0" "$1" "$2"';

/** Starts the warden of a cluster whose record is written. */
export function startWarden(kindName: string): Warden {
  const program = fileURLToPath(new URL('sweep.ts', import.meta.url));
  const shell = spawn('/bin/sh', ['-c', script, process.execPath, program, kindName], {
    cwd: '/',
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  shell.unref();
  const pipe = shell.stdin;
  pipe.on('error', () => {});
  // The open pipe says that we live; it must not keep us alive.
  (pipe as Socket).unref();
  return { dismiss: () => void pipe.end('dismissed\n') };
}
