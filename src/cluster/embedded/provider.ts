import { spawn, type ChildProcess, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { OpenbellError, exitCodes, processRuns, raceAbort, until } from '../../support/index.ts';
import type { Capabilities, Cluster, ClusterProvider, CreateOptions, Image } from '../provider.ts';
import { nodePortOf } from '../node-port.ts';
import type { ClusterSpec } from '../spec.ts';
import { versionDifference } from '../version.ts';
import type { NodeConfig } from './config.ts';
import type { BootResult } from './supervisor/cluster.ts';
import { creatorPipe, socketPath, type BootRequest } from './supervisor/contract.ts';
import { rpcClient, type RpcClient } from './supervisor/rpc.ts';

const capabilities: Capabilities = {
  power: new Set(['kill', 'pause', 'resume', 'start', 'disconnect', 'connect', 'add', 'remove'] as const),
  components: new Set(['api-server', 'scheduler', 'controller-manager', 'kubelet', 'kube-proxy'] as const),
  processImages: true,
  podNetworkReachable: true,
  dividesObjectSeconds: true,
  nodePort: null,
  nodesVisible: true,
  limitedRights: false,
};

const compileCache = fileURLToPath(new URL('../../../node_modules/.cache/openbell', import.meta.url));

export interface EmbeddedOptions {
  /** How CPU limits are enforced; `auto` takes the best that this machine offers. */
  cpuLimits?: NodeConfig['cpuLimits'];
}

/** Clusters whose nodes and pods are processes of this machine. Needs nothing but Node.js. */
export function embeddedProvider({ cpuLimits = 'auto' }: EmbeddedOptions = {}): ClusterProvider {
  return {
    name: 'embedded',
    create: (spec, options) => createCluster({ spec, cpuLimits }, options),
    attach,
  };
}

/** Names of the embedded clusters of this user that run now. */
export function embeddedClusterNames(): string[] {
  return readdirSync(tmpdir())
    .map((entry) => join(tmpdir(), entry))
    .filter((path) => path.startsWith(runDirOf('')))
    .map((path) => path.slice(runDirOf('').length));
}

/** One folder per cluster, named so that any later process of the same user finds it. */
function runDirOf(name: string): string {
  return join(tmpdir(), `openbell-${userInfo().uid}-${name}`);
}

async function createCluster(
  { spec, cpuLimits }: { spec: ClusterSpec; cpuLimits: NodeConfig['cpuLimits'] },
  { keep, signal, onProgress }: CreateOptions,
): Promise<Cluster> {
  signal.throwIfAborted();
  const runDir = runDirOf(spec.name);
  await requireFree(spec.name, runDir);
  const supervisor = await startSupervisor(spec.name, runDir);
  const end = (): void => void supervisor.stdin.end();
  signal.addEventListener('abort', end, { once: true });
  try {
    const client = rpcClient({
      input: supervisor.stdout,
      output: supervisor.stdin,
      hold: supervisor.stdout as Socket,
      onNews: onProgress,
    });
    const request = { spec, cpuLimits } satisfies BootRequest;
    const boot = await raceAbort(client.call<BootResult>('boot', request), signal);
    if (keep) {
      await client.call('keep');
      // One that is to be kept does not end with its pipe any more.
      if (signal.aborted) supervisor.kill('SIGTERM');
      signal.throwIfAborted();
      letGo(supervisor);
    }
    return runningCluster({
      name: spec.name,
      boot,
      asked: spec.kubernetesVersion,
      client,
      gone: () => supervisorGone(supervisor, runDir),
    });
  } catch (error) {
    // Not with a signal, which would end one that has only begun to start before it has a warden.
    end();
    await supervisorGone(supervisor, runDir);
    signal.throwIfAborted();
    throw notProvided(error);
  } finally {
    signal.removeEventListener('abort', end);
  }
}

type Supervisor = ChildProcessByStdio<Writable, Readable, Readable>;

/** File in the cluster's folder with the number of the supervisor's process. */
const pidFile = 'supervisor.pid';

/**
 * Makes the cluster's folder and becomes the supervisor. Both in one process that this one's end does not touch: a folder
 * that this process made would stay behind if it were killed before the supervisor runs.
 */
const launcher = `
mkdir -m 700 -- "$1" || exit
echo $$ > "$1/${pidFile}"
trap 'rm -r -- "$1"' EXIT
exec "$2" "$3" "$1" 2>> "$1/supervisor.log"
`;

/** Resolves when the supervisor is about to run, in a folder that is its own to remove. */
async function startSupervisor(name: string, runDir: string): Promise<Supervisor> {
  const program = fileURLToPath(new URL('supervisor/main.ts', import.meta.url));
  // Detached: Ctrl-C in the terminal is ours to answer, by closing the pipe when the time has come.
  const supervisor = spawn('/bin/sh', ['-c', launcher, 'openbell', runDir, process.execPath, program], {
    cwd: '/',
    detached: true,
    // Compiled code is kept between runs; without it every process compiles the same files anew.
    env: { NODE_COMPILE_CACHE: compileCache, ...process.env },
    // The last one is only held: it ends when we do.
    stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
  }) as unknown as Supervisor;
  const held = supervisor.stdio[creatorPipe] as Socket;
  held.on('error', () => {});
  held.unref();
  // The launcher's own, which ends when it becomes the supervisor.
  const complaint = await text(supervisor.stderr);
  if (complaint === '') return supervisor;
  throw existsSync(runDir) ? clusterExists(name) : notProvided(new Error(complaint.trim()));
}

/** A kept cluster does not keep this process alive, except while a question waits for its answer. */
function letGo(supervisor: Supervisor): void {
  supervisor.unref();
  (supervisor.stdin as Socket).unref();
  (supervisor.stdout as Socket).unref();
}

/** A supervisor that was told to end has this long; the warden does the same from outside, so nothing is lost. */
const endingMs = 2_000;

/** Resolves when a supervisor that was told to end has, with all that was the cluster's; keeps this process alive until then. */
async function supervisorGone(supervisor: ChildProcess, runDir: string): Promise<void> {
  supervisor.ref();
  if (supervisor.exitCode === null && supervisor.signalCode === null) {
    // One that is frozen cannot hear that it is to end.
    const impatience = setTimeout(() => supervisor.kill('SIGKILL'), endingMs);
    await once(supervisor, 'exit');
    clearTimeout(impatience);
  }
  // After one that was killed, the warden is still at it; one that had none yet leaves only its folder.
  const removed = (): boolean => !existsSync(runDir);
  await until(removed, { what: 'the warden', deadlineMs: 5_000, everyMs: 10 }).catch(() =>
    rmSync(runDir, { recursive: true, force: true }),
  );
}

/** A supervisor that was started a moment ago has this long until it answers, on a machine busy with much else. */
const answerWithinMs = 30_000;
/** The warden of a supervisor that was killed has this long to remove the folder; no other cluster may come into its way. */
const removeWithinMs = 5_000;

/** @throws {OpenbellError} when a cluster of that name runs. Removes what one left whose machine was switched off. */
async function requireFree(name: string, runDir: string): Promise<void> {
  const look = async (): Promise<'free' | 'taken' | false> => {
    if (!existsSync(runDir)) return 'free';
    return (await answers(runDir)) && 'taken';
  };
  const deadlineMs = hasSupervisor(runDir) ? answerWithinMs : removeWithinMs;
  const found = await until(look, { what: 'its supervisor', deadlineMs }).catch(() => 'left');
  if (found === 'taken') throw clusterExists(name);
  if (found === 'left') rmSync(runDir, { recursive: true, force: true });
}

/** Whether a folder's supervisor runs, or is so new that the folder does not name it yet. */
function hasSupervisor(runDir: string): boolean {
  try {
    return processRuns(Number(readFileSync(join(runDir, pidFile), 'utf8')));
  } catch {
    return true;
  }
}

function clusterExists(name: string): OpenbellError {
  return new OpenbellError(`an embedded cluster named "${name}" runs already`, {
    code: 'CLUSTER_EXISTS',
    hint: `End it first: openbell down ${name}`,
    exitCode: exitCodes.clusterNotProvided,
  });
}

async function answers(runDir: string): Promise<boolean> {
  const socket = connect(socketPath(runDir));
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

async function attach(name: string): Promise<Cluster> {
  const runDir = runDirOf(name);
  const socket = connect(socketPath(runDir));
  try {
    await once(socket, 'connect');
  } catch (cause) {
    throw new OpenbellError(`no embedded cluster named "${name}" runs`, {
      code: 'CLUSTER_NOT_FOUND',
      hint: 'Start one: openbell up',
      exitCode: exitCodes.clusterNotProvided,
      cause,
    });
  }
  const client = rpcClient({ input: socket, output: socket, hold: socket });
  const boot = await client.call<BootResult>('describe');
  const gone = async (): Promise<void> => {
    socket.ref();
    if (!socket.closed) await once(socket, 'close');
  };
  return runningCluster({ name, boot, asked: undefined, client, gone });
}

function runningCluster({
  name,
  boot,
  asked,
  client,
  gone,
}: {
  name: string;
  boot: BootResult;
  /** The version of Kubernetes that was asked for. */
  asked: string | undefined;
  client: RpcClient;
  /** Resolves when the supervisor has ended; keeps this process alive until then. */
  gone: () => Promise<void>;
}): Cluster {
  const lost = new AbortController();
  let ending = false;
  const lose = (why: string): void => {
    if (!ending) lost.abort(clusterLost(why));
  };
  client.listen<string>('lost').then(lose, () => lose('its supervisor ended'));
  /** What is asked of a cluster that is lost, or is being lost meanwhile, will not come true. */
  const ask = <T>(method: string, params: unknown): Promise<T> =>
    raceAbort(client.call<T>(method, params), lost.signal);
  return {
    name,
    shared: false,
    capabilities,
    lost: lost.signal,
    facts: {
      kubernetesVersion: boot.kubernetesVersion,
      notFollowed: versionDifference(asked, boot.kubernetesVersion),
      facts: boot.facts,
      timings: boot.timings,
      nodeNames: {},
    },
    kubeconfig: () => boot.kubeconfig,
    kubeconfigPath: () => boot.kubeconfigPath,
    entryPoint: (service) =>
      Promise.resolve({ url: new URL(`http://${boot.entryAddress}:${nodePortOf(service)}`) }),
    loadImage: async (image: Image) => {
      await ask('loadImage', image);
      return image.name;
    },
    power: (node, action) => ask('power', { node, action }),
    component: (component, action, node) => ask('component', { name: component, action, node }),
    logs: (lines) => client.call('logs', { lines }),
    async destroy() {
      ending = true;
      const asked = client.call('destroy').catch((error: unknown) => {
        if (!(error instanceof OpenbellError && error.code === 'SUPERVISOR_GONE')) throw error;
      });
      // One that is frozen never answers; it is killed, and then it is gone too.
      await Promise.race([asked, gone()]);
      await gone();
    },
  };
}

function clusterLost(why: string): OpenbellError {
  return new OpenbellError(`the embedded cluster was lost: ${why}`, {
    code: 'CLUSTER_LOST',
    hint: 'Something ended its processes from outside: is memory short (dmesg), did somebody kill them?',
    exitCode: exitCodes.clusterNotProvided,
  });
}

function notProvided(error: unknown): OpenbellError {
  const isOurs = error instanceof OpenbellError;
  return new OpenbellError(`the embedded cluster did not come up: ${(error as Error).message}`, {
    code: isOurs ? error.code : 'CLUSTER_NOT_PROVIDED',
    hint: isOurs && error.hint !== undefined ? error.hint : 'openbell doctor checks what it needs.',
    exitCode: exitCodes.clusterNotProvided,
    cause: error,
  });
}
