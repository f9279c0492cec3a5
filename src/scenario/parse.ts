import path from 'node:path';
import type { Expectation, StatisticRule } from '../analysis/index.ts';
import type { WorkloadSpec } from '../workload/index.ts';
import { exitCodes, formatPlural, OpenbellError } from '../support/index.ts';
import type { Found } from './checks/check.ts';
import { checkCluster, checkTimings } from './checks/cluster.ts';
import { checkExpectations } from './checks/expect.ts';
import { checkFaults } from './checks/faults.ts';
import { checkRequests } from './checks/requests.ts';
import { checkTarget } from './checks/target.ts';
import { checkPlan, checkTraffic } from './checks/traffic.ts';
import { checkEconomy, checkUsers } from './checks/users.ts';
import { checkManifests, checkSampleApi } from './checks/workload.ts';
import {
  authOf,
  connectionPolicyOf,
  defaultConnections,
  defaultRequest,
  economyOf,
  faultIds,
  faultOf,
  instantOf,
  joiningWith,
  manifestsOf,
  containerStartOf,
  nodePowerOf,
  peakOf,
  phaseOf,
  requestOf,
  sampleApiOf,
  sparesOf,
  stepOf,
  thinkOf,
  timingsOf,
  tlsOf,
  variablesFrom,
  workersOf,
} from './convert.ts';
import { problemsOf } from './issues.ts';
import { piecesOf, type Pieces } from './pieces.ts';
import { formatProblem, formatProblems, type Problem } from './problem.ts';
import { readReferenced, type Referenced } from './referenced.ts';
import type { Scenario, ScenarioOptions } from './scenario.ts';
import { fileSchema, type ScenarioFile } from './schema.ts';
import { readYaml } from './yaml-text.ts';

/** How a scenario's text is read. */
export interface ParseOptions extends ScenarioOptions {
  /** Folder that file names are relative to; the origin's own when left out. */
  folder?: string;
  /** How problems name the file; the origin when left out. */
  shownAs?: string;
}

/**
 * Reads a scenario's text and checks everything that can be known before anything boots.
 *
 * @throws {OpenbellError} `SCENARIO_INVALID` (exit code 104): every mistake, each with its place and line.
 */
export async function parseScenario(
  text: string,
  origin: string,
  options: ParseOptions = {},
): Promise<Scenario> {
  const {
    folder = path.dirname(origin),
    shownAs = origin,
    speedup,
    on = 'embedded',
    env = process.env,
  } = options;
  const [document, second] = readYaml(text, shownAs);
  if (document === undefined) throw new Error('a YAML text without a document');
  if (second !== undefined) {
    const message = 'expected one scenario in a file, got a second document (---)';
    throw invalid(shownAs, [...document.problems, second.locate({ path: [], message })]);
  }
  if (document.problems.length > 0) throw invalid(shownAs, document.problems);

  const shape = fileSchema.safeParse(document.value);
  const pieces = piecesOf(document.value);
  const referenced = await readReferenced(pieces, folder);
  const meaning = understand(pieces, referenced, { folder, speedup, on, env });
  const problems = [
    ...[
      ...(shape.success ? [] : problemsOf(shape.error.issues)),
      ...referenced.problems,
      ...meaning.problems,
    ].map(document.locate),
    ...referenced.problemsInside,
  ];
  if (!shape.success || problems.length > 0) throw invalid(shownAs, problems);

  const warnings = meaning.warnings.map((warning) => formatProblem(document.locate(warning)));
  return assemble(shape.data, { referenced, meaning, speedup, text, origin, warnings });
}

function invalid(file: string, problems: Problem[]): OpenbellError {
  const message = `${file} has ${formatPlural(problems.length, 'error')}:\n\n${formatProblems(problems)}`;
  return new OpenbellError(message, {
    code: 'SCENARIO_INVALID',
    exitCode: exitCodes.scenarioInvalid,
    hint: `Check again with: openbell validate ${file}`,
  });
}

/** What the parts of the file mean together. */
interface Meaning extends Found {
  workload: WorkloadSpec | null;
  expect: Expectation[];
  overTrials: StatisticRule[];
}

function understand(
  pieces: Pieces,
  referenced: Referenced,
  {
    folder,
    speedup,
    ...place
  }: {
    folder: string;
    speedup: number | undefined;
    on: string;
    env: Record<string, string | undefined>;
  },
): Meaning {
  const workers = pieces.cluster === undefined ? undefined : workersOf(pieces.cluster);
  const timings = pieces.timing === undefined ? undefined : timingsOf(pieces.timing, speedup);
  const found: Found[] = [
    checkTraffic(pieces),
    checkRequests(pieces, referenced),
    checkUsers(pieces),
    checkEconomy(pieces),
    checkTarget(pieces, referenced, place),
  ];
  if (pieces.cluster !== undefined && workers !== undefined)
    found.push(checkCluster(pieces.cluster, workers));
  if (timings !== undefined) found.push(checkTimings(timings));

  const { sampleApi, manifests } = pieces.workload ?? {};
  let workload: WorkloadSpec | null = null;
  if (sampleApi !== undefined) {
    workload = sampleApiOf(sampleApi);
    const spares = pieces.cluster === undefined ? [] : sparesOf(pieces.cluster, pieces.faults);
    const nodes = workers === undefined ? undefined : [...workers, ...spares];
    found.push(checkSampleApi(workload, { workers: nodes, timings }));
  } else if (manifests !== undefined) {
    const objects = manifests.files.flatMap((name) => referenced.manifests.get(name) ?? []);
    workload = manifestsOf(manifests, objects, (relative) => path.resolve(folder, relative));
    if (manifests.files.every((name) => referenced.manifests.has(name))) found.push(checkManifests(workload));
  }

  const known = pieces.phases.filter((phase) => phase !== undefined);
  const converted = known.map((phase) => phaseOf(phase, referenced));
  const phases = known.length === pieces.phases.length && known.length > 0 ? converted : undefined;
  const ids = faultIds(pieces.faultNames);
  const sample = workload?.kind === 'sample-api' ? workload : undefined;
  const mostPods = sample?.autoscaler?.maxReplicas ?? sample?.replicas;
  found.push(
    checkFaults(pieces.faults, { ids, phases, phaseNames: pieces.phaseNames, workers, timings, mostPods }),
  );
  if (phases !== undefined && pieces.traffic !== undefined) {
    const { connections, reconnectEvery: policy, timeout: timeoutMs } = pieces.traffic;
    const peak = Math.max(...phases.map(({ rate }) => peakOf(rate)));
    const hasAutoscaler = sample !== undefined && sample.autoscaler !== null;
    found.push(checkPlan({ connections, policy, timeoutMs }, { peak, hasAutoscaler }));
  }

  const names = pieces.faults.map((fault, index) => ({ id: ids[index] ?? '', type: fault?.type ?? '' }));
  const expectations = checkExpectations(
    pieces.expect,
    pieces.faults.includes(undefined) ? undefined : names,
  );
  found.push(expectations);
  return {
    workload,
    expect: expectations.expect,
    overTrials: expectations.overTrials,
    problems: found.flatMap(({ problems }) => problems),
    warnings: found.flatMap(({ warnings }) => warnings),
  };
}

interface Parts {
  referenced: Referenced;
  meaning: Meaning;
  speedup: number | undefined;
  text: string;
  origin: string;
  warnings: string[];
}

function assemble(
  file: ScenarioFile,
  { referenced, meaning, speedup, text, origin, warnings }: Parts,
): Scenario {
  const { metadata, traffic } = file;
  const { kubernetesVersion } = file.cluster;
  const phases = traffic.phases.map((phase) => phaseOf(phase, referenced));
  const bodyOf = (name: string): Uint8Array | null => referenced.bodies.get(name) ?? null;
  const requests =
    traffic.session === undefined
      ? (traffic.requests ?? []).map((request, index) => requestOf(request, index, bodyOf))
      : traffic.session.steps.map((step, index) => stepOf(step, index, bodyOf));
  const ids = faultIds(file.faults);
  const spares = sparesOf(file.cluster, file.faults);
  const unused = spares.map(({ name }) => name);
  const faults = file.faults.map((fault, index) =>
    faultOf(fault, {
      id: ids[index] ?? '',
      atMs: instantOf(fault.at, phases) ?? 0,
      joins: unused.splice(0, joiningWith(fault)),
    }),
  );
  if (meaning.workload === null) throw new Error('a workload that is neither of the known kinds');
  return {
    name: metadata.name,
    title: metadata.title ?? metadata.name,
    description: metadata.description.trim(),
    origin,
    source: text,
    seed: file.seed ?? null,
    cluster: {
      workers: workersOf(file.cluster),
      ...(spares.length === 0 ? {} : { spares }),
      timings: timingsOf(file.timing, speedup),
      ...(kubernetesVersion === undefined ? {} : { kubernetesVersion }),
      ...nodePowerOf(file.cluster),
      ...containerStartOf(file.embedded),
    },
    workload: meaning.workload,
    traffic: {
      phases,
      requests: requests.length > 0 ? requests : [defaultRequest],
      connections: traffic.connections ?? defaultConnections(phases),
      timeoutMs: traffic.timeout,
      connectionPolicy: connectionPolicyOf(traffic.reconnectEvery),
      variables: variablesFrom(traffic.variables, referenced.tables),
      ...(traffic.session === undefined ? {} : { session: { cookies: traffic.session.cookies } }),
      ...(traffic.think === undefined ? {} : { think: thinkOf(traffic.think) }),
      ...(traffic.auth === undefined ? {} : { auth: authOf(traffic.auth) }),
      ...(traffic.tls === undefined ? {} : { tls: tlsOf(traffic.tls, referenced.certificates) }),
    },
    ...(traffic.target === undefined ? {} : { target: traffic.target }),
    ...(traffic.from === 'cluster' ? { trafficPods: traffic.pods ?? 1 } : {}),
    faults: faults.toSorted((a, b) => a.atMs - b.atMs),
    expect: meaning.expect,
    ...(meaning.overTrials.length === 0 ? {} : { expectOverTrials: meaning.overTrials }),
    goodResponseMs: traffic.goodResponse ?? limitOfP99(meaning.expect) ?? 500,
    ...economyOf({ ...file.economy, podCapacity: file.economy.podCapacity ?? referenced.podCapacity }),
    warnings,
  };
}

/** The limit of the strictest `response.p99 <` expectation. */
function limitOfP99(expect: readonly Expectation[]): number | undefined {
  const limits = expect
    .filter(({ name, operator }) => name === 'response.p99' && (operator === '<' || operator === '<='))
    .map(({ limit }) => limit);
  return limits.length === 0 ? undefined : Math.min(...limits);
}
