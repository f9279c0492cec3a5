import { effectiveTimings } from '../spec.ts';
import { kindNameOf, type ClusterRecord } from './record.ts';

/** For tests: the record of a cluster that is kept and that nobody uses. */
export function testRecord(name: string, over: Partial<ClusterRecord> = {}): ClusterRecord {
  const kindName = kindNameOf(name);
  return {
    format: 1,
    name,
    kindName,
    owner: name,
    pid: process.pid,
    usedBy: null,
    state: 'ready',
    kept: true,
    containers: [kindName],
    images: [],
    networkBefore: null,
    fingerprint: 'workers',
    nodeImage: null,
    nodePort: 30_080,
    hostPort: 1,
    kubernetesVersion: 'v1.34.0',
    nodeNames: {},
    timings: effectiveTimings(1),
    notFollowed: [],
    facts: {},
    ...over,
  };
}
