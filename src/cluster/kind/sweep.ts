/** What the warden becomes when the process that made a cluster has gone: deletes the cluster, if it is not kept. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { signalGroup } from '../../support/index.ts';
import { creatorFile, folderOf, isLeftOver, readRecord } from './record.ts';
import { removeCluster } from './remove.ts';
import { kindTools } from './tools.ts';

const record = readRecord(process.argv[2] ?? '');
if (record !== undefined && isLeftOver(record)) {
  endCreator(record.kindName);
  await removeCluster(record, kindTools());
}

/** `kind create cluster` has a process group of its own and would go on. */
function endCreator(kindName: string): void {
  try {
    const group = Number(readFileSync(path.join(folderOf(kindName), creatorFile), 'utf8'));
    if (group > 1) signalGroup(group, 'SIGKILL');
  } catch {
    // It was not started, or has ended.
  }
}
