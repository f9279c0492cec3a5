import type { NodeSpec, Timings } from '../../cluster/spec.ts';
import { labelKeyProblems, labelValueProblems } from '../../kubernetes/label-rules.ts';
import type { Path } from '../problem.ts';
import type { ScenarioFile } from '../schema.ts';
import { Finder, type Found } from './check.ts';

/** Names, labels, and timers that would make nodes flap. */
export function checkCluster(cluster: ScenarioFile['cluster'], workers: readonly NodeSpec[]): Found {
  const found = new Finder();
  checkLabels(cluster.labels, ['cluster', 'labels'], found);
  if (typeof cluster.workers !== 'number') {
    found.unique(
      workers.map(({ name }) => name),
      (index) => ['cluster', 'workers', index, 'name'],
    );
    for (const [index, worker] of cluster.workers.entries()) {
      checkLabels(worker.labels, ['cluster', 'workers', index, 'labels'], found);
    }
  }
  return found;
}

function checkLabels(labels: Record<string, string>, path: Path, found: Finder): void {
  for (const [key, value] of Object.entries(labels)) {
    for (const problem of labelKeyProblems(key))
      found.problem([...path, key], `"${key}" is no label: ${problem}`);
    for (const problem of labelValueProblems(value)) {
      // Without the regular expression that Kubernetes adds for its own readers.
      const said = problem.replace(/ \(e\.g\..*$/, '');
      found.problem([...path, key], `"${value}" cannot be a label's value: ${said}`);
    }
  }
}

/** Timers that contradict each other. */
export function checkTimings(timings: Timings): Found {
  const found = new Finder();
  const { nodeMonitorGraceMs, nodeLeaseRenewalMs, speedup } = timings;
  if (nodeMonitorGraceMs <= nodeLeaseRenewalMs) {
    found.problem(
      ['timing', 'nodeMonitorGrace'],
      `expected more than nodeLeaseRenewal (${(nodeLeaseRenewalMs * speedup) / 1000}s), got ${(nodeMonitorGraceMs * speedup) / 1000}s: healthy nodes would be taken for lost between two heartbeats`,
    );
  }
  return found;
}
