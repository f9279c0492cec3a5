/** What the warden becomes when the process that made a cluster has gone: deletes the cluster, if it is not kept. */
import { isLeftOver, readRecord } from './record.ts';
import { removeCluster } from './remove.ts';
import { kindTools } from './tools.ts';

const record = readRecord(process.argv[2] ?? '');
if (record !== undefined && isLeftOver(record)) {
  await removeCluster(record, kindTools());
}
