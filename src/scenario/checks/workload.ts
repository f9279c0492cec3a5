import type { NodeSpec, Timings } from '../../cluster/spec.ts';
import { findRoles } from '../../workload/manifests.ts';
import type { ManifestsSpec, SampleApiSpec } from '../../workload/index.ts';
import { Finder, type Found } from './check.ts';

interface SampleApiContext {
  /** Undefined where the file's own are not understood. */
  workers: readonly NodeSpec[] | undefined;
  timings: Timings | undefined;
}

/** Whether the pods fit the nodes, and whether the autoscaler can do what it is there for. */
export function checkSampleApi(spec: SampleApiSpec, { workers, timings }: SampleApiContext): Found {
  const found = new Finder();
  const path = ['workload', 'sampleApi'];
  const { autoscaler, cpuRequestMilli, cpuLimitMilli } = spec;

  if (cpuLimitMilli !== null && cpuLimitMilli < cpuRequestMilli) {
    found.problem(
      [...path, 'cpuLimit'],
      `expected at least cpuRequest (${cpuRequestMilli}m), got ${cpuLimitMilli}m`,
    );
  }
  if (workers !== undefined) {
    const largest = Math.max(...workers.map(({ cpuMilli }) => cpuMilli));
    const most = autoscaler?.maxReplicas ?? spec.replicas;
    const room = workers.reduce(
      (sum, { cpuMilli, maxPods }) => sum + Math.min(maxPods, Math.floor(cpuMilli / cpuRequestMilli)),
      0,
    );
    if (cpuRequestMilli > largest) {
      found.problem(
        [...path, 'cpuRequest'],
        `expected a request that a node can hold (the largest has ${largest}m), got ${cpuRequestMilli}m`,
      );
    } else if (most > room) {
      found.warning(
        [...path, 'cpuRequest'],
        `${most} pods of ${cpuRequestMilli}m do not fit the workers, which have room for ${room}: the others stay Pending`,
      );
    }
  }
  if (timings !== undefined) {
    const graceMs = (spec.terminationGraceSeconds * 1000) / timings.speedup;
    if (spec.drainMs >= graceMs) {
      found.warning(
        [...path, 'drain'],
        `pods drain for ${spec.drainMs}ms but are killed ${graceMs}ms after SIGTERM (terminationGrace ${spec.terminationGraceSeconds}s ÷ speedup ${timings.speedup})`,
      );
    }
  }
  if (autoscaler !== null) checkAutoscaler(spec, autoscaler, timings?.hpaTolerance ?? 0.1, found);
  return found;
}

function checkAutoscaler(
  { replicas, cpuRequestMilli, cpuLimitMilli }: SampleApiSpec,
  { minReplicas, maxReplicas, targetCpuUtilization }: NonNullable<SampleApiSpec['autoscaler']>,
  tolerance: number,
  found: Finder,
): void {
  const path = ['workload', 'sampleApi', 'autoscaler'];
  if (minReplicas > maxReplicas) {
    found.problem(
      [...path, 'minReplicas'],
      `expected at most maxReplicas (${maxReplicas}), got ${minReplicas}`,
    );
  } else if (replicas < minReplicas || replicas > maxReplicas) {
    found.warning(
      ['workload', 'sampleApi', 'replicas'],
      `the autoscaler changes ${replicas} at once, because it keeps the number of pods from ${minReplicas} to ${maxReplicas}`,
    );
  }
  if (cpuLimitMilli === null) return;

  // Utilization is a share of the request, and the limit is where it ends: ceil(pods × ceiling / target) is the most
  // that one sync of the autoscaler can ask for.
  const ceiling = Math.round((100 * cpuLimitMilli) / cpuRequestMilli);
  const growth = ceiling / targetCpuUtilization;
  if (growth <= 1 + tolerance) {
    found.warning(
      [...path, 'targetCpuUtilization'],
      `the autoscaler never adds a pod: with cpuLimit ${cpuLimitMilli}m and cpuRequest ${cpuRequestMilli}m utilization ends at ${ceiling}%, and the target is ${targetCpuUtilization}%`,
    );
  } else if (growth < 2) {
    found.warning(
      ['workload', 'sampleApi', 'cpuLimit'],
      `each sync of the autoscaler can grow the number of pods by at most ${growth.toFixed(2)}×: utilization ends at cpuLimit ÷ cpuRequest = ${ceiling}%, the target is ${targetCpuUtilization}%; a higher cpuLimit lets it jump`,
    );
  }
}

/** Whether a run can be built around the user's objects. */
export function checkManifests(spec: ManifestsSpec): Found {
  const found = new Finder();
  const roles = findRoles(spec);
  if (Array.isArray(roles)) {
    for (const problem of roles) {
      const key = problem.startsWith('expected a Service')
        ? 'service'
        : problem.includes('among its ports')
          ? 'port'
          : 'files';
      found.problem(['workload', 'manifests', key], problem);
    }
  }
  const known = new Set(spec.images.map(({ name }) => name));
  const missing = new Set(spec.objects.flatMap(imagesOf).filter((image) => !known.has(image)));
  if (missing.size > 0) {
    found.warning(
      ['workload', 'manifests', 'files'],
      `the embedded cluster has no program for ${[...missing].join(', ')}: add it to images`,
    );
  }
  return found;
}

function imagesOf(object: object): string[] {
  const { spec } = object as { spec?: { template?: { spec?: { containers?: unknown } } } };
  const containers = spec?.template?.spec?.containers;
  if (!Array.isArray(containers)) return [];
  return containers.flatMap(({ image }: { image?: unknown }) => (typeof image === 'string' ? [image] : []));
}
