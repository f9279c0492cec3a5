import { OpenbellError, exitCodes, monotonicMs, until } from '../../support/index.ts';
import type { PowerAction } from '../provider.ts';
import type { Component } from '../spec.ts';
import { leave } from './spares.ts';
import type { KindTools } from './tools.ts';

/** What can be done to a node's container. */
export const kindPower: ReadonlySet<PowerAction> = new Set([
  'kill',
  'pause',
  'resume',
  'start',
  'disconnect',
  'connect',
]);

const proofDeadlineMs = 15_000;

/** Changes a node's power and waits until its container shows it. @returns what proved it, one sentence. */
export async function powerNode(tools: KindTools, node: string, action: PowerAction): Promise<string> {
  const { docker } = tools;
  switch (action) {
    case 'kill':
      await docker(['kill', node]);
      return proven(tools, node, 'off', ({ Running }) => Running === false);
    case 'start':
      await docker(['start', node]);
      return proven(tools, node, 'running', ({ Running }) => Running === true);
    case 'pause':
      await docker(['pause', node]);
      return proven(tools, node, 'paused', ({ Paused }) => Paused === true);
    case 'resume':
      await docker(['unpause', node]);
      return proven(tools, node, 'going on', ({ Paused, Running }) => Paused === false && Running === true);
    case 'disconnect':
      return disconnect(tools, node);
    case 'connect':
      return connect(tools, node);
    case 'remove':
      return leave(tools, node);
    case 'add':
      throw new OpenbellError(`${node} cannot be added to a kind cluster: no spare of that name was made`, {
        code: 'POWER_UNSUPPORTED',
        exitCode: exitCodes.faultDidNotLand,
        hint: 'Workers that are to join later are made with the cluster: name them in its spec.',
      });
    default:
      return action satisfies never;
  }
}

interface ContainerState {
  Running?: boolean;
  Paused?: boolean;
  Status?: string;
  ExitCode?: number;
}

async function proven(
  { docker, engine }: KindTools,
  node: string,
  word: string,
  is: (state: ContainerState) => boolean,
): Promise<string> {
  const seen = await until(
    async () => {
      const state = JSON.parse(
        await docker(['inspect', '--format', '{{json .State}}', node]),
      ) as ContainerState;
      return is(state) ? state : undefined;
    },
    { what: `${engine} to report ${node} as ${word}`, deadlineMs: proofDeadlineMs, everyMs: 50 },
  );
  const exit = seen.Running === false && seen.Paused !== true ? ` with exit code ${seen.ExitCode}` : '';
  return `${engine} reports the container ${node} as ${seen.Status}${exit}`;
}

/** Where a node keeps its way out while its link is down. */
const routesFile = '/run/openbell-routes';

/**
 * The node's link goes down; its processes go on. Taking the link down inside the container keeps its address, which
 * leaving the engine's network would not.
 */
async function disconnect({ docker }: KindTools, node: string): Promise<string> {
  const script = `ip route show > ${routesFile} && ip link set eth0 down`;
  await docker(['exec', node, 'sh', '-c', script]);
  return linkState(docker, node, 'DOWN');
}

const mendLink = `ip link set eth0 up && while read -r route; do ip route replace $route 2>/dev/null || true; done < ${routesFile} && rm ${routesFile}`;

async function connect({ docker }: KindTools, node: string): Promise<string> {
  // A link that goes down takes its routes with it: those of the other nodes' pods as well as the default one.
  await docker(['exec', node, 'sh', '-c', mendLink]);
  return linkState(docker, node, 'UP');
}

async function linkState(docker: KindTools['docker'], node: string, wanted: 'UP' | 'DOWN'): Promise<string> {
  await until(
    async () => {
      const flags = /<([^>]*)>/.exec(await docker(['exec', node, 'ip', 'link', 'show', 'eth0']))?.[1] ?? '';
      return flags.split(',').includes('UP') === (wanted === 'UP');
    },
    { what: `the link of ${node} to be ${wanted}`, deadlineMs: proofDeadlineMs, everyMs: 50 },
  );
  return `the link eth0 of ${node} is ${wanted}`;
}

/** Programs of the control plane, by component; each is a static pod whose manifest lies on the control-plane node. */
const staticPods: Partial<Record<Component, string>> = {
  'api-server': 'kube-apiserver',
  scheduler: 'kube-scheduler',
  'controller-manager': 'kube-controller-manager',
};
const manifests = '/etc/kubernetes/manifests';
const putAside = '/etc/kubernetes/openbell-stopped';
const componentDeadlineMs = 60_000;
/** So long a component that is stopped may take to end; the kubelet has heard by then that it is not to start it again. */
const patienceMs = 1_500;
/** From a machine's start until its service manager answers. */
const bootDeadlineMs = 60_000;

/**
 * Stops or starts a component: a static pod by moving its manifest away and back, the kubelet by its unit. kube-proxy, which
 * the cluster would start again, is frozen: its rules stay as they are, as they do when it is not there.
 */
export async function switchComponent(
  tools: KindTools,
  {
    name,
    action,
    node,
    controlPlane,
  }: { name: Component; action: 'stop' | 'start'; node: string | undefined; controlPlane: string },
): Promise<string> {
  const runs = action === 'start';
  const program = staticPods[name];
  if (program !== undefined) {
    const [from, to] = runs ? [putAside, manifests] : [manifests, putAside];
    const script = `mkdir -p ${putAside}; [ ! -e ${from}/${program}.yaml ] || mv ${from}/${program}.yaml ${to}/`;
    await tools.docker(['exec', controlPlane, 'sh', '-c', script]);
    return untilRuns(tools, controlPlane, { program, pattern: processOf(program), runs });
  }
  if (node === undefined) throw new TypeError(`${name} runs on every node: name one`);
  if (name === 'kubelet') {
    await tools.docker(['exec', node, 'systemctl', action, 'kubelet']);
    return untilRuns(tools, node, { program: name, pattern: '^/usr/bin/kubelet ', runs });
  }
  await tools.docker(['exec', node, 'pkill', runs ? '-CONT' : '-STOP', '-f', processOf(name)]);
  return untilFrozen(tools, node, { program: name, frozen: !runs });
}

/** Pattern of a program's command line, for pgrep. The shell that asks carries it, too, but does not begin with it. */
function processOf(program: string): string {
  return `^(/[^ ]*/)?${program} `;
}

async function untilRuns(
  { docker }: KindTools,
  node: string,
  { program, pattern, runs }: { program: string; pattern: string; runs: boolean },
): Promise<string> {
  const patientUntil = monotonicMs() + patienceMs;
  await until(
    async () => {
      // An API server that is told to end lets its watches run on for as long as its pod's grace period.
      const hurry = !runs && monotonicMs() > patientUntil ? 'pkill -KILL -f "$0"; ' : '';
      // pgrep ends with 1 where there is none.
      const found = await docker(['exec', node, 'sh', '-c', `${hurry}pgrep -f "$0" || true`, pattern]);
      return (found.trim() !== '') === runs;
    },
    {
      what: `${program} to ${runs ? 'run' : 'be gone'} on ${node}`,
      deadlineMs: componentDeadlineMs,
      everyMs: 200,
    },
  );
  return runs ? `${program} runs on ${node}` : `no process of ${program} runs on ${node}`;
}

async function untilFrozen(
  { docker }: KindTools,
  node: string,
  { program, frozen }: { program: string; frozen: boolean },
): Promise<string> {
  // Third field of proc(5): T of a process that was stopped.
  const script = 'for pid in $(pgrep -f "$0"); do cut -d" " -f3 /proc/$pid/stat; done';
  await until(
    async () => {
      const states = await docker(['exec', node, 'sh', '-c', script, processOf(program)]);
      const seen = states.split(/\s+/).filter((state) => state !== '');
      return seen.length > 0 && seen.every((state) => (state === 'T') === frozen);
    },
    {
      what: `${program} to ${frozen ? 'stop' : 'go on'} on ${node}`,
      deadlineMs: componentDeadlineMs,
      everyMs: 200,
    },
  );
  return `the process of ${program} on ${node} ${frozen ? 'is stopped' : 'goes on'}`;
}

/**
 * Undoes what faults of a run that was killed left in a node that runs: a link that is down, components that are stopped. The
 * kubelet of a spare is disabled and stays as it is.
 */
export async function makeWhole({ docker }: KindTools, node: string): Promise<void> {
  const script = [
    `[ ! -e ${routesFile} ] || { ${mendLink}; }`,
    `for file in ${putAside}/*.yaml; do [ ! -e "$file" ] || mv "$file" ${manifests}/; done`,
    'pkill -CONT -f "$0" || true',
    '! systemctl is-enabled -q kubelet || systemctl start kubelet',
  ].join('; ');
  // A machine that was just switched on has no service manager to be asked yet. Done twice it does no harm.
  const done = (): Promise<boolean> =>
    docker(['exec', node, 'sh', '-c', script, processOf('kube-proxy')]).then(() => true);
  await until(done, { what: `${node} to be made whole`, deadlineMs: bootDeadlineMs, everyMs: 200 });
}

/** The newest lines of what a node's kubelet and its Kubernetes pods wrote. */
export async function nodeLogs({ docker }: KindTools, node: string, lines: number): Promise<string> {
  const script =
    `journalctl --no-pager -q -u kubelet -n ${lines} 2>/dev/null; ` +
    `for log in /var/log/pods/kube-system_*/*/*.log; do [ -e "$log" ] && echo "── $log" && tail -n ${lines} "$log"; done`;
  return docker(['exec', node, 'sh', '-c', script], { timeoutMs: 20_000 }).catch(
    (error: unknown) => `could not be read: ${(error as Error).message.split('\n')[0]}`,
  );
}
