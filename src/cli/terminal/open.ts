import { spawn } from 'node:child_process';

/** Opens a file in the user's browser; says nothing when there is none. */
export function openInBrowser(path: string): void {
  const command = { darwin: 'open', win32: 'start' }[process.platform as string] ?? 'xdg-open';
  const opener = spawn(command, [path], { detached: true, stdio: 'ignore' });
  opener.on('error', () => {});
  opener.unref();
}
