import type * as z from 'zod';
import { faultTypes } from '../faults/spec.ts';
import type { Path } from './problem.ts';
import { fileSchema, itemSchemas, type FaultItem, type ScenarioFile } from './schema.ts';
import type { AuthItem, PhaseItem, RequestItem, StepItem, TlsItem, VariableItem } from './traffic-schema.ts';

/**
 * Those parts of a file whose shape is right, so that what they mean can be checked although something else is wrong.
 * In lists, an item whose shape is wrong is undefined and keeps its place.
 */
export interface Pieces {
  cluster: ScenarioFile['cluster'] | undefined;
  timing: ScenarioFile['timing'] | undefined;
  workload: ScenarioFile['workload'] | undefined;
  traffic: ScenarioFile['traffic'] | undefined;
  phases: (PhaseItem | undefined)[];
  /** Names of all phases, also of those whose shape is wrong otherwise; undefined where one has none. */
  phaseNames: (string | undefined)[];
  requests: (RequestItem | undefined)[];
  /** Of the session; empty without one. */
  steps: (StepItem | undefined)[];
  /** By name; undefined where the shape is wrong. */
  variables: Record<string, VariableItem | undefined>;
  economy: ScenarioFile['economy'] | undefined;
  auth: AuthItem | undefined;
  tls: TlsItem | undefined;
  faults: (FaultItem | undefined)[];
  /** Ids and types of faults, also of those whose shape is wrong otherwise. */
  faultNames: (Pick<FaultItem, 'id' | 'type'> | undefined)[];
  expect: (string | undefined)[];
}

/** Takes a file apart; never throws. */
export function piecesOf(value: unknown): Pieces {
  const file = mapping(value);
  const traffic = mapping(file['traffic']);
  const { shape } = fileSchema;
  return {
    cluster: whole(shape.cluster, file['cluster']),
    timing: whole(shape.timing, file['timing']),
    workload: whole(shape.workload, file['workload']),
    traffic: whole(shape.traffic, file['traffic']),
    phases: items(itemSchemas.phase, traffic['phases']),
    phaseNames: listed(traffic['phases']).map(phaseName),
    requests: items(itemSchemas.request, traffic['requests']),
    steps: items(itemSchemas.step, mapping(traffic['session'])['steps']),
    variables: Object.fromEntries(
      Object.entries(mapping(traffic['variables'])).map(([name, value]) => [
        name,
        whole(itemSchemas.variable, value),
      ]),
    ),
    economy: whole(shape.economy, file['economy']),
    auth: whole(itemSchemas.auth, traffic['auth']),
    tls: whole(itemSchemas.tls, traffic['tls']),
    faults: items(itemSchemas.fault, file['faults']),
    faultNames: listed(file['faults']).map(faultName),
    expect: listed(file['expect']).map((rule) => (typeof rule === 'string' ? rule : undefined)),
  };
}

/** Every request of the mix and every step of the session, with its place. */
export function requestsOf({
  requests,
  steps,
}: Pieces): { request: RequestItem | StepItem | undefined; path: Path }[] {
  return [
    ...requests.map((request, index) => ({ request, path: ['traffic', 'requests', index] })),
    ...steps.map((request, index) => ({ request, path: ['traffic', 'session', 'steps', index] })),
  ];
}

function phaseName(value: unknown): string | undefined {
  const { name } = mapping(value);
  return typeof name === 'string' ? name : undefined;
}

function faultName(value: unknown): Pick<FaultItem, 'id' | 'type'> | undefined {
  const { id, type } = mapping(value);
  const known = faultTypes.find((known) => known === type);
  return known === undefined ? undefined : { id: typeof id === 'string' ? id : undefined, type: known };
}

function whole<T extends z.ZodType>(schema: T, value: unknown): z.output<T> | undefined {
  return schema.safeParse(value).data;
}

function items<T extends z.ZodType>(schema: T, value: unknown): (z.output<T> | undefined)[] {
  return listed(value).map((item) => whole(schema, item));
}

function listed(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

function mapping(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
