import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { inDeletionOrder, type RankedPod } from './victims.ts';

interface Row {
  pods: RankedPod[];
  deletionOrder: string[];
}

const rows = readFileSync('test/oracles/replicaset-victims.ndjson', 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Row);
const nowMs = Date.parse('2000-01-01T00:00:00Z');

describe('the pods a ReplicaSet deletes first', () => {
  test(`are those that Kubernetes deletes first, in each of ${rows.length} cases`, () => {
    const got = rows.map(({ pods }) => inDeletionOrder(pods, nowMs).map((pod) => pod.metadata?.name));
    expect(got).toEqual(rows.map(({ deletionOrder }) => deletionOrder));
    expect(rows.length).toBeGreaterThanOrEqual(40);
  });
});
