/** The files that a scenario names: recorded rates, bodies, values, certificates, manifests. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { ManifestsSpec } from '../workload/index.ts';
import type { Points } from './convert.ts';
import { readAccessLog } from './access-log.ts';
import { requestsOf, type Pieces } from './pieces.ts';
import type { Path, PathProblem, Problem } from './problem.ts';
import { readReplay } from './replay-csv.ts';
import { readValueTable, type ValueTable } from './values-csv.ts';
import { about, readYaml } from './yaml-text.ts';

type ManifestObject = ManifestsSpec['objects'][number];

/** What was read, by the name that the scenario gives it, and what could not be. */
export interface Referenced {
  rates: Map<string, Points>;
  arrivals: Map<string, number[]>;
  bodies: Map<string, Uint8Array>;
  tables: Map<string, ValueTable>;
  certificates: Map<string, string>;
  /** Of the calibration file; undefined where none is named. */
  podCapacity: number | undefined;
  manifests: Map<string, ManifestObject[]>;
  /** Where the scenario names a file that cannot be read. */
  problems: PathProblem[];
  /** Within the files. */
  problemsInside: Problem[];
}

/** Reads every file that is named, relative to `folder`; problems are collected, never thrown. */
export async function readReferenced(pieces: Pieces, folder: string): Promise<Referenced> {
  const read: Referenced = {
    rates: new Map(),
    arrivals: new Map(),
    bodies: new Map(),
    tables: new Map(),
    certificates: new Map(),
    podCapacity: undefined,
    manifests: new Map(),
    problems: [],
    problemsInside: [],
  };

  const text = async (name: string, path_: Path): Promise<string | null> =>
    (await bytes(name, path_))?.toString() ?? null;

  async function bytes(name: string, path_: Path): Promise<Buffer | null> {
    const file = path.resolve(folder, name);
    try {
      return await readFile(file);
    } catch (error) {
      const why =
        (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'there is none' : (error as Error).message;
      read.problems.push({ path: path_, message: about(path_, `expected a file at ${file}, but ${why}`) });
      return null;
    }
  }

  for (const [index, phase] of pieces.phases.entries()) {
    const rate = phase?.rate;
    if (typeof rate !== 'object') continue;
    const kind = rate.replay === undefined ? 'accessLog' : 'replay';
    const name = rate[kind]?.file;
    if (name === undefined) continue;
    const content = await text(name, ['traffic', 'phases', index, 'rate', kind, 'file']);
    if (content === null) continue;
    const file = path.join(folder, name);
    if (kind === 'replay') {
      const { points, problems } = readReplay(content, file);
      read.rates.set(name, points);
      read.problemsInside.push(...problems);
    } else {
      const { atMs, problems } = readAccessLog(content, file);
      read.arrivals.set(name, atMs);
      read.problemsInside.push(...problems);
    }
  }
  for (const { request, path } of requestsOf(pieces)) {
    if (request?.bodyFile === undefined) continue;
    const content = await bytes(request.bodyFile, [...path, 'bodyFile']);
    if (content !== null) read.bodies.set(request.bodyFile, content);
  }
  for (const [name, variable] of Object.entries(pieces.variables)) {
    if (variable?.csv === undefined) continue;
    const { file } = variable.csv;
    const content = await text(file, ['traffic', 'variables', name, 'csv', 'file']);
    if (content === null) continue;
    const { table, problems } = readValueTable(content, path.join(folder, file));
    read.tables.set(file, table);
    read.problemsInside.push(...problems);
  }
  for (const key of ['ca', 'cert', 'key'] as const) {
    const file = pieces.tls?.[key];
    if (file === undefined) continue;
    const content = await text(file, ['traffic', 'tls', key]);
    if (content !== null) read.certificates.set(file, content);
  }
  const calibration = pieces.economy?.calibration;
  if (calibration !== undefined) {
    const at: Path = ['economy', 'calibration'];
    const content = await text(calibration, at);
    const capacity = content === null ? undefined : podCapacityIn(content);
    if (capacity === null) {
      const message = `expected a file of openbell capacity with podCapacityPerSecond above 0, got another at ${path.resolve(folder, calibration)}`;
      read.problems.push({ path: at, message: about(at, message) });
    } else read.podCapacity = capacity;
  }
  for (const [index, name] of (pieces.workload?.manifests?.files ?? []).entries()) {
    const content = await text(name, ['workload', 'manifests', 'files', index]);
    if (content === null) continue;
    const { objects, problems } = readManifests(content, path.join(folder, name));
    read.manifests.set(name, objects);
    read.problemsInside.push(...problems);
  }
  return read;
}

/** What a calibration file says one pod is good for; null where the text is none. */
function podCapacityIn(text: string): number | null {
  try {
    const { kind, podCapacityPerSecond } = JSON.parse(text) as Record<string, unknown>;
    const isCapacity = typeof podCapacityPerSecond === 'number' && podCapacityPerSecond > 0;
    return kind === 'Calibration' && isCapacity ? podCapacityPerSecond : null;
  } catch {
    return null;
  }
}

/** The Kubernetes objects of a YAML file: of each document, and of each `List` the items. */
function readManifests(text: string, file: string): { objects: ManifestObject[]; problems: Problem[] } {
  const objects: ManifestObject[] = [];
  const problems: Problem[] = [];
  for (const { value, problems: mistakes, locate } of readYaml(text, file)) {
    problems.push(...mistakes);
    if (mistakes.length > 0 || value === null) continue;
    const isList = (value as { kind?: unknown }).kind === 'List';
    const items = isList ? ((value as { items?: unknown[] }).items ?? []) : [value];
    for (const [index, item] of items.entries()) {
      const at: Path = isList ? ['items', index] : [];
      const lacking = ['apiVersion', 'kind', 'metadata.name'].filter((key) => !isText(item, key.split('.')));
      if (lacking.length === 0) objects.push(item as ManifestObject);
      else
        problems.push(
          locate({
            path: at,
            message: `expected a Kubernetes object, got one without ${lacking.join(' and ')}`,
          }),
        );
    }
  }
  if (objects.length === 0 && problems.length === 0) {
    problems.push({
      file,
      line: 1,
      column: 1,
      length: 1,
      text: '',
      message: 'expected Kubernetes objects, got none',
    });
  }
  return { objects, problems };
}

function isText(value: unknown, [key = '', ...rest]: string[]): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const inner = (value as Record<string, unknown>)[key];
  return rest.length === 0 ? typeof inner === 'string' && inner !== '' : isText(inner, rest);
}
