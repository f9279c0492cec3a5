import { mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { processRuns } from '../../support/index.ts';
import type { Timings } from '../spec.ts';

/**
 * What openbell knows of a kind cluster that it made, and the proof that it did. It is written before the first container
 * is, and goes when the last one has gone.
 */
export interface ClusterRecord {
  format: 1;
  /** As openbell calls it: `lab`, or the run's. */
  name: string;
  /** As kind calls it. */
  kindName: string;
  /** Also a label of every node, `openbell.dev/owner`. */
  owner: string;
  /** The process that made it; while it is not kept it goes with this process. */
  pid: number;
  /** The process that uses a kept cluster now: the one that made it, until it ends, or a later run. */
  usedBy: number | null;
  state: 'booting' | 'ready';
  kept: boolean;
  /** Ids of the nodes' containers; empty while it boots. */
  containers: string[];
  /** Images that openbell built for it and left with the container engine. */
  images: string[];
  /**
   * Id of the container engine's network for kind clusters as the boot found it, null where there was none: another one than this
   * was made since, and goes with the last cluster in it.
   */
  networkBefore: string | null;
  fingerprint: string;
  spareFingerprints?: string[];
  nodeImage: string | null;
  nodePort: number;
  /** On 127.0.0.1; 0 while it boots. */
  hostPort: number;
  kubernetesVersion: string;
  nodeNames: Record<string, string>;
  /** Labels that the scenario gives to the workers that are there from the start, by the name kind gives. */
  labels?: Record<string, Record<string, string>>;
  /** The same of the workers that join later; all of them, also those that the scenario does not ask for. */
  spares?: Record<string, Record<string, string>>;
  timings: Timings;
  notFollowed: string[];
  facts: Record<string, string>;
}

/** File in a cluster's folder with the process group of the `kind create cluster` that runs. */
export const creatorFile = 'creator';

const prefix = 'openbell-';

/** The name under which kind knows a cluster of ours. */
export function kindNameOf(name: string): string {
  return name.startsWith(prefix) ? name : `${prefix}${name}`;
}

/** Folder of a cluster: record, kubeconfig and configuration. It outlives restarts of the machine, as the containers do. */
export function folderOf(kindName: string): string {
  return path.join(allRecords(), kindName);
}

function allRecords(): string {
  const state = process.env['XDG_STATE_HOME'] || path.join(homedir(), '.local', 'state');
  return path.join(state, 'openbell', 'kind');
}

/** Writes a record so that it is there as a whole or as it was. */
export function writeRecord(record: ClusterRecord): void {
  const folder = folderOf(record.kindName);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const file = path.join(folder, 'record.json');
  writeFileSync(`${file}.part`, `${JSON.stringify(record, null, 2)}\n`, { mode: 0o600 });
  renameSync(`${file}.part`, file);
}

/** Changes a record as it is now: another process may have written to it since it was read. @returns it, changed. */
export function updateRecord(record: ClusterRecord, changes: Partial<ClusterRecord>): ClusterRecord {
  const changed = { ...(readRecord(record.kindName) ?? record), ...changes };
  writeRecord(changed);
  return changed;
}

/** The record of a cluster; undefined where there is none, that is where the cluster is not ours. */
export function readRecord(kindName: string): ClusterRecord | undefined {
  try {
    return JSON.parse(readFileSync(path.join(folderOf(kindName), 'record.json'), 'utf8')) as ClusterRecord;
  } catch {
    return undefined;
  }
}

/** Every record of this user. */
export function readRecords(): ClusterRecord[] {
  try {
    return readdirSync(allRecords())
      .toSorted()
      .flatMap((name) => readRecord(name) ?? []);
  } catch {
    return [];
  }
}

export function removeRecord(kindName: string): void {
  rmSync(folderOf(kindName), { recursive: true, force: true });
}

/** Whether a process that a record names runs. */
export function isAlive(pid: number | null): boolean {
  return pid !== null && processRuns(pid);
}

/** Whether a cluster is the rest of a run that was killed. */
export function isLeftOver({ kept, pid }: ClusterRecord): boolean {
  return !kept && !isAlive(pid);
}
