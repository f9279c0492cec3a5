import { spawn, type ChildProcess } from 'node:child_process';
import { keptFile } from './contract.ts';

export interface WardenOptions {
  runDir: string;
  /** Descriptor of a pipe that ends when the cluster's creator is gone; `pipe` makes one that this process holds. */
  creator: number | 'pipe';
}

/**
 * What ends the cluster when nobody else is left to do so. It reads a pipe whose other end the supervisor holds; when that
 * end closes, for whatever reason, SIGKILL included, it kills every process group of the cluster, then every process that
 * carries the cluster's folder in its environment or is in one of its cgroups (Linux), and removes the cluster's cgroups and
 * folder.
 *
 * Beside it a second shell reads a pipe whose other end the cluster's creator holds. A supervisor hears by itself that its
 * creator is gone; one that does not, because it is frozen, is killed a second later, unless the cluster is to be kept.
 */
const script = `
trap '' INT TERM HUP QUIT
(
  while read -r _ <&3; do :; done
  [ -f "$1/${keptFile}" ] && exit
  sleep 1
  kill -s KILL "$2"
) &
listener=$!
exec 3<&-
while read -r _; do :; done
kill -s KILL "$listener"

for file in "$1"/groups/*; do
  [ -f "$file" ] && while read -r group; do [ "$group" -gt 1 ] && kill -s KILL -- "-$group"; done < "$file"
done
for round in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
  found=''
  for environ in $(grep -lszxF "OPENBELL_CLUSTER=$1" /proc/[0-9]*/environ); do
    pid=\${environ#/proc/}
    kill -s KILL "\${pid%/environ}" && found=yes
  done
  if [ -f "$1/cgroups" ]; then
    while read -r cgroup; do
      for pid in $(find "$cgroup" -name cgroup.procs -exec cat {} +); do
        kill -s KILL "$pid" && found=yes
      done
      find "$cgroup" -depth -type d -exec rmdir {} \\;
      [ -d "$cgroup" ] && found=yes
    done < "$1/cgroups"
  fi
  # A folder that something wrote to meanwhile is not empty, and is removed once more.
  [ -z "$found" ] && rm -rf "$1" && exit
  sleep 0.1
done
rm -rf "$1"
`;

/**
 * Starts the warden: a shell of about 1 MB in a session of its own, so that neither Ctrl-C nor the end of our session
 * reaches it. Closing its standard input sets it off; it exits when nothing of the cluster is left.
 */
export function startWarden({ runDir, creator }: WardenOptions): ChildProcess {
  const words = [script, 'openbell-warden', runDir, String(process.pid)];
  const warden = spawn('/bin/sh', ['-c', ...words], {
    cwd: '/',
    detached: true,
    env: { PATH: process.env['PATH'] ?? '/usr/bin:/bin' },
    stdio: ['pipe', 'ignore', 'ignore', creator],
  });
  warden.unref();
  return warden;
}
