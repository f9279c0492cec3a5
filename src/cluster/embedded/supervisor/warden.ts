import { spawn, type ChildProcess } from 'node:child_process';

/**
 * What ends the cluster when nobody else is left to do so. It reads a pipe whose other end the supervisor holds; when that
 * end closes, for whatever reason, SIGKILL included, it kills every process group of the cluster, then every process that
 * carries the cluster's name in its environment (Linux), and removes the cluster's cgroups and folder.
 */
const script = `
trap '' INT TERM HUP QUIT
while read -r _; do :; done
for file in "$1"/groups/*; do
  [ -f "$file" ] && while read -r group; do kill -s KILL -- "-$group"; done < "$file"
done
for environ in $(grep -lz "^OPENBELL_CLUSTER=$2\\$" /proc/[0-9]*/environ); do
  pid=\${environ#/proc/}
  kill -s KILL "\${pid%/environ}"
done
if [ -f "$1/cgroups" ]; then
  for attempt in 1 2 3 4 5 6 7 8 9 10; do
    left=''
    while read -r cgroup; do
      find "$cgroup" -depth -type d -exec rmdir {} \\;
      [ -d "$cgroup" ] && left=yes
    done < "$1/cgroups"
    [ -z "$left" ] && break
    sleep 0.1
  done
fi
rm -rf "$1"
`;

/**
 * Starts the warden: a shell of about 1 MB in a session of its own, so that neither Ctrl-C nor the end of our session
 * reaches it. Closing its standard input sets it off; it exits when nothing of the cluster is left.
 */
export function startWarden(runDir: string, clusterName: string): ChildProcess {
  const warden = spawn('/bin/sh', ['-c', script, 'openbell-warden', runDir, clusterName], {
    cwd: '/',
    detached: true,
    env: { PATH: process.env['PATH'] ?? '/usr/bin:/bin' },
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  warden.unref();
  return warden;
}
