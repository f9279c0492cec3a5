import { controlPlaneName, isOfControlPlane, type NodeSpec, type Timings } from '../../cluster/spec.ts';
import { faultAims } from '../../faults/spec.ts';
import { parseLabelSelector, selects, type Requirement } from '../../kubernetes/selector.ts';
import type { Phase } from '../../traffic/index.ts';
import { formatPlural } from '../../support/index.ts';
import { hostnameLabel, instantOf } from '../convert.ts';
import type { Path } from '../problem.ts';
import type { FaultItem } from '../schema.ts';
import { Finder, suggestion, type Found } from './check.ts';
import { totalMs } from './traffic.ts';

/** What faults are checked against; what is undefined was not understood and is not checked. */
export interface FaultContext {
  ids: readonly (string | undefined)[];
  /** All of them, or undefined if one was not understood. */
  phases: readonly Phase[] | undefined;
  phaseNames: readonly (string | undefined)[];
  workers: readonly NodeSpec[] | undefined;
  timings: Timings | undefined;
  /** The most pods that the workload may have. */
  mostPods: number | undefined;
}

/** Instants, targets and their number. */
export function checkFaults(faults: readonly (FaultItem | undefined)[], context: FaultContext): Found {
  const found = new Finder();
  found.unique(context.ids, (index) => ['faults', index, 'id']);
  for (const [index, fault] of faults.entries()) {
    if (fault === undefined) continue;
    const path = ['faults', index];
    checkInstant(fault, path, context, found);
    checkParticulars(fault, path, found);
    checkTarget(fault, path, context, found);
  }
  checkNodesLeft(faults, context, found);
  checkApiServerThere(faults, context, found);
  return found;
}

/** What the fault chooses from: a component of the control plane is there once. */
function choosesFrom({ type, component }: FaultItem): 'pods' | 'nodes' | 'nothing' {
  if (faultAims[type] === 'pod') return 'pods';
  if (type === 'add-node') return 'nothing';
  if (type !== 'stop-component') return 'nodes';
  return component === undefined || isOfControlPlane(component) ? 'nothing' : 'nodes';
}

/** The control plane is told nothing of these: it has to notice. */
function isSilent({ type, component }: FaultItem): boolean {
  return ['kill-node', 'hang-node', 'partition-node'].includes(type) || component === 'kubelet';
}

function checkInstant(fault: FaultItem, path: Path, context: FaultContext, found: Finder): void {
  const { phases, timings } = context;
  const phaseNames = context.phaseNames.filter((name) => name !== undefined);
  if (typeof fault.at !== 'number' && !phaseNames.includes(fault.at.phase)) {
    const { phase } = fault.at;
    // A phase whose name is not understood may be the one that is meant.
    if (phaseNames.length < context.phaseNames.length) return;
    found.problem([...path, 'at', 'phase'], `there is no phase "${phase}"${suggestion(phase, phaseNames)}`);
    return;
  }
  const atMs = phases === undefined ? null : instantOf(fault.at, phases);
  if (phases === undefined || atMs === null) return;
  const endMs = totalMs(phases);
  if (atMs >= endMs) {
    found.problem(
      [...path, 'at'],
      `expected an instant before traffic ends (${endMs / 1000}s), got ${atMs / 1000}s`,
    );
  } else if (timings !== undefined && isSilent(fault) && fault.for === undefined) {
    const detectedMs = atMs + timings.nodeMonitorGraceMs;
    const evictedMs = detectedMs + timings.unreachableTolerationMs;
    const late =
      detectedMs >= endMs ? 'is noticed' : evictedMs >= endMs ? 'loses its pods to other nodes' : null;
    if (late !== null) {
      const when = Math.round((detectedMs >= endMs ? detectedMs : evictedMs) / 100) / 10;
      found.warning(
        [...path, 'at'],
        `the node ${late} only at about ${when}s, after traffic ends (${endMs / 1000}s): healing will not be seen`,
      );
    }
  }
}

/** An embedded cluster has addresses for 126 nodes. */
const mostSpares = 50;

/** What goes with some types only. */
function checkParticulars(fault: FaultItem, path: Path, found: Finder): void {
  const { type, component } = fault;
  if (type === 'add-node') {
    for (const key of ['percent', 'labels', 'node'] as const) {
      if (fault[key] !== undefined)
        found.problem([...path, key], `expected no ${key} for add-node: the nodes that join are new`);
    }
    if ((fault.count ?? 1) > mostSpares)
      found.problem([...path, 'count'], `expected at most ${mostSpares} nodes, got ${fault.count}`);
  }
  if (type !== 'stop-component') {
    if (component !== undefined)
      found.problem([...path, 'component'], `expected no component for ${type}: only stop-component has one`);
    return;
  }
  if (component === undefined) {
    found.problem(
      [...path, 'type'],
      'expected a component beside it, such as component: scheduler, got none',
    );
    return;
  }
  if (choosesFrom(fault) === 'nodes') return;
  for (const key of ['count', 'percent', 'labels', 'node'] as const) {
    if (fault[key] !== undefined)
      found.problem([...path, key], `expected no ${key} for the ${component}, which is there once`);
  }
}

function checkTarget(fault: FaultItem, path: Path, context: FaultContext, found: Finder): void {
  const { workers, mostPods } = context;
  const from = choosesFrom(fault);
  if (fault.count !== undefined && fault.percent !== undefined) {
    found.problem([...path, 'percent'], 'expected count or percent, got both');
  }
  if (fault.for !== undefined && from === 'pods') {
    found.problem(
      [...path, 'for'],
      `expected no duration for ${fault.type}: a pod that is gone is not brought back, Kubernetes replaces it`,
    );
  }
  if (from === 'nothing' || hitsControlPlane(fault)) return;
  const names = workers?.map(({ name }) => name);
  if (fault.node !== undefined && names !== undefined && !names.includes(fault.node)) {
    found.problem([...path, 'node'], `there is no worker "${fault.node}"${suggestion(fault.node, names)}`);
  }
  const selector = selectorOf(fault, path, found);
  if (from === 'nodes' && workers !== undefined) {
    const matching = workers.filter((worker) => matches(worker, fault, selector)).length;
    const wanted = fault.count ?? 1;
    const nodeIsKnown = fault.node === undefined || names?.includes(fault.node) === true;
    if (matching === 0 && nodeIsKnown) {
      found.problem(
        [...path, fault.labels === undefined ? 'node' : 'labels'],
        'expected a worker that matches, got none',
      );
    } else if (wanted > matching && nodeIsKnown) {
      found.problem(
        [...path, 'count'],
        `expected at most as many as match (${formatPlural(matching, 'worker')}), got ${wanted}`,
      );
    }
  } else if (from === 'pods' && mostPods !== undefined && (fault.count ?? 1) > mostPods) {
    found.problem(
      [...path, 'count'],
      `expected at most as many pods as there may be (${mostPods}), got ${fault.count}`,
    );
  }
}

/** The control-plane node is no worker; a component of it may be stopped. */
function hitsControlPlane(fault: FaultItem): boolean {
  return fault.type === 'stop-component' && fault.node === controlPlaneName;
}

function selectorOf(fault: FaultItem, path: Path, found: Finder): Requirement[] {
  if (fault.labels === undefined) return [];
  try {
    return parseLabelSelector(fault.labels);
  } catch (error) {
    found.problem(
      [...path, 'labels'],
      `expected a label selector such as tier=api,zone in (a,b): ${(error as Error).message}`,
    );
    return [];
  }
}

/** Whether a node fault may choose the worker; labels that the provider adds are not known here and count as fulfilled. */
function matches(worker: NodeSpec, { node }: FaultItem, selector: readonly Requirement[]): boolean {
  const known = selector.filter(
    ({ key }) => key === hostnameLabel || !/(^|\.)(kubernetes|k8s)\.io\//.test(key),
  );
  return (
    (node === undefined || worker.name === node) &&
    selects(known, { [hostnameLabel]: worker.name, ...worker.labels })
  );
}

/** Node faults that together want more workers than there are left when they come. */
function checkNodesLeft(
  faults: readonly (FaultItem | undefined)[],
  { phases, workers }: FaultContext,
  found: Finder,
): void {
  if (phases === undefined || workers === undefined) return;
  const nodeFaults = faults.flatMap((fault, index) => {
    const takesWorkers = fault !== undefined && choosesFrom(fault) === 'nodes' && !hitsControlPlane(fault);
    const atMs = takesWorkers ? instantOf(fault.at, phases) : null;
    return fault === undefined || atMs === null
      ? []
      : [{ index, atMs, untilMs: atMs + (fault.for ?? Infinity), count: fault.count ?? 1 }];
  });
  for (const { index, atMs, count } of nodeFaults) {
    const down = nodeFaults
      .filter((other) => other.index !== index && other.untilMs > atMs)
      .filter((other) => other.atMs < atMs || (other.atMs === atMs && other.index < index))
      .reduce((sum, other) => sum + other.count, 0);
    const left = Math.max(0, workers.length - down);
    if (down > 0 && count > left && count <= workers.length) {
      found.problem(
        ['faults', index, 'type'],
        `expected a fault that the workers left can take (${left} of ${workers.length} are up then), got one that takes ${count}`,
      );
    }
  }
}

/** Faults whose end needs the API server, too. */
const undonePerApi: readonly FaultItem['type'][] = ['drain-node', 'add-node'];

/** Faults that ask the API server while another one keeps it stopped. */
function checkApiServerThere(
  faults: readonly (FaultItem | undefined)[],
  { phases }: FaultContext,
  found: Finder,
): void {
  if (phases === undefined) return;
  const timed = faults.map((fault) => ({
    fault,
    atMs: fault === undefined ? null : instantOf(fault.at, phases),
  }));
  for (const away of timed) {
    if (away.fault?.component !== 'api-server' || away.atMs === null) continue;
    const untilMs = away.atMs + (away.fault.for ?? Infinity);
    for (const [index, { fault, atMs }] of timed.entries()) {
      if (fault === undefined || atMs === null) continue;
      if (fault.type === 'stop-component' && choosesFrom(fault) === 'nothing') continue;
      const undoneMs = atMs + (fault.for ?? Infinity);
      if (undonePerApi.includes(fault.type) && undoneMs >= away.atMs && undoneMs < untilMs) {
        found.problem(
          ['faults', index, 'for'],
          `expected an end at which the API server runs, got one at which another fault has stopped it: ${fault.type} is undone through it`,
        );
      }
      if (atMs < away.atMs || atMs >= untilMs) continue;
      found.problem(
        ['faults', index, 'at'],
        'expected an instant at which the API server runs, got one at which another fault has stopped it: what this fault hits is chosen through it',
      );
    }
  }
}
