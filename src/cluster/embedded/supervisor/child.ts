import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { OpenbellError, messageOf } from '../../../support/index.ts';
import type { FromChild, ToChild } from '../config.ts';
import type { GroupList } from './group-list.ts';

/** A process of the cluster that we started: the control plane or a node. */
export interface Child {
  readonly name: string;
  /** Process group, which is the process id. */
  readonly groupId: number;
  /** Resolves when it said that it is ready. Rejects when it ended or failed before. */
  readonly ready: Promise<Extract<FromChild, { type: 'ready' }>>;
  /** Resolves when it has ended. */
  readonly ended: Promise<void>;
  /** Stops or starts one of its components. */
  component(component: string, action: 'stop' | 'start'): Promise<void>;
  /** Of a node: tells it whose links are cut. Resolves with what it says of it. */
  relink(cut: readonly string[]): Promise<string>;
}

export interface ChildOptions {
  name: string;
  /** The entry program, relative to this folder's parent. */
  entry: 'control-plane/main.ts' | 'node/main.ts';
  configFile: string;
  logFile: string;
  /** Where its process group is noted while it runs. */
  groups: GroupList;
  /** The cluster's folder, which marks all of its processes: unlike its name, no other cluster of this machine has it. */
  runDir: string;
}

/** Starts a process of the cluster in a group of its own; it ends itself when our channel to it closes. */
export function startChild(options: ChildOptions): Child {
  const { name, entry, configFile, logFile, groups, runDir } = options;
  const log = openSync(logFile, 'a');
  const program = fileURLToPath(new URL(`../${entry}`, import.meta.url));
  const process_ = spawn(process.execPath, [program, configFile], {
    detached: true,
    env: { ...process.env, OPENBELL_CLUSTER: runDir },
    stdio: ['ignore', log, log, 'ipc'],
  });
  closeSync(log);
  if (process_.pid === undefined) {
    throw new OpenbellError(`could not start ${name}`, { code: 'PROCESS_NOT_STARTED' });
  }
  const groupId = process_.pid;
  groups.add(groupId);

  const ended = new Promise<void>((resolve) => {
    process_.once('exit', () => {
      groups.remove(groupId);
      resolve();
    });
  });
  const ready = readiness(process_, { name, logFile });
  // Whoever waits for it sees the rejection; nobody has to.
  ready.catch(() => {});
  return {
    name,
    groupId,
    ready,
    ended,
    component: (component, action) => switchComponent(process_, { component, action }),
    relink: (cut) => relink(process_, { name, cut: [...cut] }),
  };
}

function readiness(
  child: ChildProcess,
  { name, logFile }: { name: string; logFile: string },
): Child['ready'] {
  return new Promise((resolve, reject) => {
    const fail = (why: string): void =>
      reject(
        new OpenbellError(`${name} did not get ready: ${why}`, {
          code: 'PROCESS_NOT_READY',
          hint: `Its output is in ${logFile} as long as the cluster runs (--keep keeps it).`,
        }),
      );
    child.on('message', (message: FromChild) => {
      if (message.type === 'ready') resolve(message);
      if (message.type === 'failed') fail(message.message);
    });
    child.once('error', (error) => fail(messageOf(error)));
    child.once('exit', (code, signal) => fail(`it ended with ${signal ?? `exit code ${code}`}`));
  });
}

function switchComponent(
  child: ChildProcess,
  { component, action }: { component: string; action: 'stop' | 'start' },
): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (why: string): void => {
      child.off('message', listen);
      reject(new OpenbellError(`could not ${action} ${component}: ${why}`, { code: 'COMPONENT_FAILED' }));
    };
    const listen = (message: FromChild): void => {
      if (message.type !== 'component-done' || message.component !== component || message.action !== action)
        return;
      if (message.error !== undefined) return fail(message.error);
      child.off('message', listen);
      resolve();
    };
    child.on('message', listen);
    child.once('exit', () => fail('its process ended'));
    child.send({ type: 'component', component, action } satisfies ToChild, (error) => {
      if (error !== null) fail(messageOf(error));
    });
  });
}

function relink(child: ChildProcess, { name, cut }: { name: string; cut: string[] }): Promise<string> {
  return new Promise((resolve, reject) => {
    const stop = (): void => void child.off('message', listen).off('exit', ended);
    const fail = (why: string): void => {
      stop();
      reject(new OpenbellError(`the links of ${name} stay as they are: ${why}`, { code: 'LINK_FAILED' }));
    };
    const ended = (): void => fail('its process ended');
    const listen = (message: FromChild): void => {
      if (message.type !== 'links-done' || message.cut.join() !== cut.join()) return;
      stop();
      resolve(message.proof);
    };
    child.on('message', listen).once('exit', ended);
    child.send({ type: 'links', cut } satisfies ToChild, (error) => {
      if (error !== null) fail(messageOf(error));
    });
  });
}
