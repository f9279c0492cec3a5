/** All kinds that are served; a new kind is a file beside this one and a line here. */
import type { ResourceType } from '../../../api.ts';
import { tableName } from '../../store/index.ts';
import { configMaps } from './config-maps.ts';
import { deployments } from './deployments.ts';
import { endpointSlices } from './endpoint-slices.ts';
import { events } from './events.ts';
import { horizontalPodAutoscalers } from './horizontal-pod-autoscalers.ts';
import { jobs } from './jobs.ts';
import { leases } from './leases.ts';
import { namespaces } from './namespaces.ts';
import { nodeMetrics } from './node-metrics.ts';
import { nodes } from './nodes.ts';
import { podDisruptionBudgets } from './pod-disruption-budgets.ts';
import { podMetrics } from './pod-metrics.ts';
import { pods } from './pods.ts';
import { replicaSets } from './replica-sets.ts';
import { secrets } from './secrets.ts';
import { services } from './services.ts';
import type { Kind } from './strategy.ts';

/** In the order in which discovery names them. */
export const kinds: readonly Kind[] = [
  configMaps,
  events,
  namespaces,
  nodes,
  pods,
  secrets,
  services,
  deployments,
  replicaSets,
  horizontalPodAutoscalers,
  jobs,
  leases,
  endpointSlices,
  podDisruptionBudgets,
  nodeMetrics,
  podMetrics,
];

const byTable = new Map(kinds.map((kind) => [tableName(kind.type), kind]));

/** The kind behind a resource type. @throws {Error} when it is not served: a mistake of the caller. */
export function kindOf(type: Pick<ResourceType, 'group' | 'plural'>): Kind {
  const kind = byTable.get(tableName(type));
  if (kind === undefined) throw new Error(`no kind ${tableName(type)} in the registry`);
  return kind;
}

/** Tables that nobody may watch. */
export const unwatchedTables: readonly string[] = kinds
  .filter((kind) => kind.verbs !== undefined && !kind.verbs.includes('watch'))
  .map((kind) => tableName(kind.type));
