import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import {
  OpenbellError,
  formatPlural,
  groupIsStopped,
  groupRuns,
  killGroups,
  signalGroup,
  until,
} from '../../../support/index.ts';
import type { NodeConfig } from '../config.ts';
import { startChild, type Child } from './child.ts';
import type { GroupList } from './group-list.ts';

/** A node seen as a machine: something with a power switch. */
export interface Machine {
  readonly name: string;
  readonly config: NodeConfig;
  /** The node's process; undefined while the power is off. */
  child(): Child | undefined;
  /** Whether everything on it hangs. */
  isPaused(): boolean;
  /** Switches the power on; resolves when the kubelet has registered and reported Ready. */
  start(): Promise<Child>;
  /** Cuts the power. @returns what proves it. */
  kill(): Promise<string>;
  /** Hangs everything on it. @returns what proves it. */
  pause(): Promise<string>;
  resume(): Promise<string>;
}

export interface MachineOptions {
  config: NodeConfig;
  configFile: string;
  logFile: string;
  /** Where the node's own process is noted. */
  groups: GroupList;
  /** Called when the node's process ended though nobody cut its power. */
  onCrash: (name: string) => void;
}

/** A node that is off until it is started. */
export function createMachine({ config, configFile, logFile, groups, onCrash }: MachineOptions): Machine {
  const { name } = config.node;
  let running: Child | undefined;
  let stopped = false;

  function poweredChild(action: string): Child {
    if (running !== undefined) return running;
    throw new OpenbellError(`cannot ${action} node ${name}: its power is off`, {
      code: 'NODE_IS_OFF',
      hint: 'Start it first.',
    });
  }

  function groupsOf(child: Child): number[] {
    return [...new Set([child.groupId, ...containerGroups(config.groupsFile)])];
  }

  async function start(): Promise<Child> {
    if (running !== undefined) {
      throw new OpenbellError(`cannot start node ${name}: it runs already`, { code: 'NODE_RUNS' });
    }
    writeFileSync(configFile, JSON.stringify(config));
    // What ran before went with the power.
    writeFileSync(config.groupsFile, '');
    const { runDir } = config;
    const child = startChild({ name, entry: 'node/main.ts', configFile, logFile, groups, runDir });
    running = child;
    stopped = false;
    void child.ended.then(async () => {
      if (running !== child) return undefined;
      running = undefined;
      // A machine whose kernel died takes its containers with it.
      await killGroups(containerGroups(config.groupsFile));
      return onCrash(name);
    });
    await child.ready;
    return child;
  }

  async function kill(): Promise<string> {
    const child = poweredChild('kill');
    running = undefined;
    // Stopped first, so that it starts nothing while its groups are read.
    signalGroup(child.groupId, 'SIGSTOP');
    const all = groupsOf(child);
    await killGroups(all);
    await child.ended;
    return `${inWords(child, all)} are gone`;
  }

  async function pause(): Promise<string> {
    const child = poweredChild('pause');
    stopped = true;
    signalGroup(child.groupId, 'SIGSTOP');
    const all = groupsOf(child);
    for (const group of all) signalGroup(group, 'SIGSTOP');
    await until(
      () => process.platform !== 'linux' || all.every((group) => groupIsStopped(group) || !groupRuns(group)),
      {
        what: `the processes of ${name} to stop`,
        deadlineMs: 5_000,
        everyMs: 2,
      },
    );
    return `${inWords(child, all)} are stopped`;
  }

  async function resume(): Promise<string> {
    const child = poweredChild('resume');
    if (!stopped) {
      throw new OpenbellError(`cannot resume node ${name}: it is not paused`, { code: 'NODE_NOT_PAUSED' });
    }
    stopped = false;
    const all = groupsOf(child);
    for (const group of all.toReversed()) signalGroup(group, 'SIGCONT');
    return `${inWords(child, all)} run again`;
  }

  return {
    name,
    config,
    child: () => running,
    isPaused: () => stopped,
    start,
    kill,
    pause,
    resume,
  };
}

function inWords(child: Child, groups: readonly number[]): string {
  return `node process ${child.groupId} and its ${formatPlural(groups.length - 1, 'container process group')}`;
}

function containerGroups(groupsFile: string): number[] {
  if (!existsSync(groupsFile)) return [];
  return readFileSync(groupsFile, 'utf8')
    .split('\n')
    .map(Number)
    .filter((group) => group > 1);
}
