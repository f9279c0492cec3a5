import { describe, expect, test } from 'vitest';
import { deployment, endpoints, newPod, tinyRun, traffic } from '../../test/support/tiny-journal.ts';
import type { JournalEvent } from '../journal/index.ts';
import { analyse, type Findings } from './index.ts';

/** A run in which two pods answer so many requests each second, over so many connections. */
function balanceOf(
  a: [served: number, connections: number],
  b: [served: number, connections: number],
  seconds = 20,
): Findings['balance'] {
  return findingsOf(a, b, seconds).balance;
}

function findingsOf(
  a: [served: number, connections: number],
  b: [served: number, connections: number],
  seconds = 20,
): Findings {
  const pod = ([ok, connections]: [number, number]) => ({
    node: 'worker-1',
    ok,
    httpError: 0,
    firstT: 0,
    lastT: 0,
    connections,
  });
  const shared = traffic(seconds).map((event): JournalEvent =>
    event.type === 'traffic.second' ? { ...event, pods: { a: pod(a), b: pod(b) } } : event,
  );
  return analyse(tinyRun(deployment(1, 2), newPod(2, 'a'), newPod(3, 'b'), endpoints(120, 'a', 'b'), shared));
}

describe('the balance between pods', () => {
  test('is even where they got about the same', () => {
    const balance = balanceOf([52, 10], [48, 10]);
    expect(balance?.says).toBeNull();
    expect(balance?.pods.map(({ pod, requests }) => [pod, requests.toFixed(2)])).toEqual([
      ['a', '1.04'],
      ['b', '0.96'],
    ]);
  });

  test('is among the findings that matter where it is off', () => {
    const { headlines, balance } = findingsOf([80, 16], [20, 4]);
    expect(findingsOf([70, 14], [30, 6]).headlines.map(({ kind }) => kind)).not.toContain('balance');
    expect(headlines).toContainEqual(
      expect.objectContaining({ kind: 'balance', text: balance?.says, definition: 'balance' }),
    );
    expect(findingsOf([52, 10], [48, 10]).headlines.map(({ kind }) => kind)).not.toContain('balance');
  });

  test('is explained by connections where requests follow them', () => {
    const balance = balanceOf([80, 16], [20, 4]);
    expect(balance?.says).toContain('a got 1.6 times its fair share of the requests');
    expect(balance?.says).toContain(
      '1.6 times its share of the connections: a Service is a layer-4 balancer',
    );
  });

  test('names a pod that nobody was connected to', () => {
    expect(balanceOf([100, 20], [0, 0])?.says).toContain(
      'b got none of the requests that were its fair share (950) because it held no connections: a Service',
    );
  });

  test('is not put down to connections where they were spread evenly', () => {
    expect(balanceOf([80, 10], [20, 10])?.says).toContain('connections does not explain it');
  });

  test('is not judged on a few requests or seconds, which may be chance', () => {
    expect(balanceOf([2, 1], [4, 1])?.says ?? null).toBeNull();
    expect(balanceOf([80, 16], [20, 4], 3)).toBeNull();
  });
});
