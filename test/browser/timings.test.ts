import { expect, test } from 'vitest';
import { kubernetesTimings } from '../../src/cluster/index.ts';
import { timers } from '../../src/report/html/timings.ts';

test('the report names the defaults that the cluster knows as Kubernetes’ own', () => {
  const { speedup: _, ...standards } = kubernetesTimings;
  expect(Object.fromEntries(Object.entries(timers).map(([name, timer]) => [name, timer.standard]))).toEqual(
    standards,
  );
});
