import { spawn, type ChildProcess } from 'node:child_process';
import { constants, homedir } from 'node:os';
import type { Container, ContainerExit, ContainerSpec, ExecResult } from './container.ts';
import type { CpuControl, CpuHandle, Usage } from './cpu/index.ts';
import { runInContainer } from './exec.ts';
import type { GroupsFile } from './groups-file.ts';
import { emptyGroup, signalGroup, signalProcess } from './groups.ts';
import { LogFile } from './log-file.ts';

/** What a container needs from its runtime. */
export interface ContainerSurroundings {
  groups: GroupsFile;
  cpu: CpuControl;
  logPath: string;
}

/** A container as a group of OS processes. */
export class ProcessContainer implements Container {
  readonly spec: ContainerSpec;
  readonly pid: number;
  readonly startedAt = Date.now();
  readonly logPath: string;
  readonly exited: Promise<ContainerExit>;
  readonly gone: Promise<void>;
  #exit: ContainerExit | undefined;
  readonly #surroundings: ContainerSurroundings;
  readonly #limits: CpuHandle;
  #killTimer: NodeJS.Timeout | undefined;
  #killAt = Number.POSITIVE_INFINITY;

  /**
   * Starts the program; resolves when it runs.
   *
   * @throws the OS's error when the program cannot be started.
   */
  static async start(spec: ContainerSpec, surroundings: ContainerSurroundings): Promise<ProcessContainer> {
    const child = spawnGroup(spec, spec.command);
    if (child.pid === undefined) throw await failureOf(child);
    surroundings.groups.add(child.pid);
    return new ProcessContainer(spec, surroundings, child, child.pid);
  }

  private constructor(
    spec: ContainerSpec,
    surroundings: ContainerSurroundings,
    child: ChildProcess,
    pid: number,
  ) {
    this.spec = spec;
    this.pid = pid;
    this.logPath = surroundings.logPath;
    this.#surroundings = surroundings;
    this.#limits = surroundings.cpu.attach({ id: spec.id, pid, share: spec.cpu });
    const log = new LogFile(surroundings.logPath);
    child.stdout?.on('data', (chunk: Buffer) => log.write('stdout', chunk));
    child.stderr?.on('data', (chunk: Buffer) => log.write('stderr', chunk));
    const closed = new Promise<void>((resolve) => {
      child.once('close', () => {
        log.close();
        resolve();
      });
    });
    this.exited = new Promise((resolve) => {
      child.once('exit', (code, signal) => {
        this.#exit = exitOf(code, signal);
        resolve(this.#exit);
      });
    });
    this.gone = this.exited.then(() => this.#cleanUp(closed));
  }

  get exit(): ContainerExit | undefined {
    return this.#exit;
  }

  stop(graceMs: number): Promise<ContainerExit> {
    if (this.#exit !== undefined) return this.exited;
    if (this.#killAt === Number.POSITIVE_INFINITY && graceMs > 0) signalProcess(this.pid, 'SIGTERM');
    const killAt = performance.now() + graceMs;
    if (killAt < this.#killAt) {
      this.#killAt = killAt;
      clearTimeout(this.#killTimer);
      if (graceMs > 0) this.#killTimer = setTimeout(() => this.#kill(), graceMs);
      else this.#kill();
    }
    return this.exited;
  }

  usage(): Promise<Usage | undefined> {
    return this.#limits.usage();
  }

  async exec(command: string[], timeoutMs: number): Promise<ExecResult> {
    const child = spawnGroup(this.spec, command);
    const { pid } = child;
    if (pid === undefined) {
      const failure = await failureOf(child);
      return { exitCode: 126, output: failure.message, timedOut: false };
    }
    const { groups, cpu } = this.#surroundings;
    groups.add(pid);
    const limits = cpu.attach({ id: `${this.spec.id}-exec-${pid}`, pid, share: this.spec.cpu });
    const result = await runInContainer({ child, group: pid, timeoutMs, containerGone: this.exited });
    limits.release();
    groups.remove(pid);
    return result;
  }

  #kill(): void {
    signalGroup(this.pid, 'SIGKILL');
    this.#limits.killStrays();
  }

  async #cleanUp(closed: Promise<void>): Promise<void> {
    clearTimeout(this.#killTimer);
    this.#limits.killStrays();
    await emptyGroup(this.pid);
    this.#limits.release();
    this.#surroundings.groups.remove(this.pid);
    // A process that left the group, where the OS does not tell us of it, may hold the outputs open for ever.
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, 1_000);
    await Promise.race([closed, promise]);
    clearTimeout(timer);
  }
}

/** Starts a program as the leader of a process group (and session) of its own. */
function spawnGroup(spec: ContainerSpec, [program = '', ...args]: string[]): ChildProcess {
  return spawn(program === 'node' ? process.execPath : program, args, {
    cwd: spec.workingDir,
    env: { ...inherited(), ...spec.env },
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/**
 * The only things that a container gets from the machine it runs on. OPENBELL_CLUSTER marks it as one of the cluster's, so
 * that a clean-up finds it wherever it went.
 */
function inherited(): Record<string, string> {
  const env: Record<string, string> = { PATH: '/usr/local/bin:/usr/bin:/bin', HOME: homedir() };
  for (const name of ['PATH', 'NODE_COMPILE_CACHE', 'OPENBELL_CLUSTER']) {
    const value = process.env[name];
    if (value !== undefined) env[name] = value;
  }
  return env;
}

function failureOf(child: ChildProcess): Promise<Error> {
  return new Promise((resolve) => {
    child.once('error', resolve);
  });
}

function exitOf(code: number | null, signal: NodeJS.Signals | null): ContainerExit {
  const number = signal === null ? 0 : constants.signals[signal];
  return { exitCode: code ?? 128 + number, signal: number, finishedAt: Date.now() };
}
