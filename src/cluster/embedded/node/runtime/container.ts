import type { CpuShare, Usage } from './cpu/index.ts';

/** What is to be run: everything decided, nothing left to look up. */
export interface ContainerSpec {
  /** 64 hex digits, as container runtimes make them. */
  id: string;
  pod: { namespace: string; name: string; uid: string };
  name: string;
  restartCount: number;
  /** Program and arguments; `node` stands for the Node.js that runs this process. */
  command: string[];
  workingDir: string;
  /** The whole environment besides PATH and HOME. */
  env: Record<string, string>;
  cpu: CpuShare;
}

/** How a container's main process ended. */
export interface ContainerExit {
  /** 128 + number of the signal when a signal ended it, as shells and container runtimes count. */
  exitCode: number;
  /** Number of the signal, 0 without one. */
  signal: number;
  /** Wall-clock milliseconds. */
  finishedAt: number;
}

/** What an exec in a container came to. */
export interface ExecResult {
  exitCode: number;
  /** Both outputs as they came, cut at 10 KiB. */
  output: string;
  timedOut: boolean;
}

/** A container that was started; it stays known to the runtime until it is removed. */
export interface Container {
  readonly spec: ContainerSpec;
  readonly pid: number;
  /** Wall-clock milliseconds. */
  readonly startedAt: number;
  readonly logPath: string;
  /** Set when the main process has ended. */
  readonly exit: ContainerExit | undefined;
  /** Resolves when the main process has ended; what is left of the group is killed then. */
  readonly exited: Promise<ContainerExit>;
  /** Resolves when its last process is gone and its log is complete. */
  readonly gone: Promise<void>;
  /**
   * SIGTERM to the main process, SIGKILL to all after `graceMs`. Called again, the earlier deadline holds; 0 kills at once.
   */
  stop(graceMs: number): Promise<ContainerExit>;
  usage(): Promise<Usage | undefined>;
  /** Runs a command with the container's environment, working directory and CPU limits. */
  exec(command: string[], timeoutMs: number): Promise<ExecResult>;
}
