import type { Phase } from '../../traffic/index.ts';
import { requestsOf, type Pieces } from '../pieces.ts';
import type { Path } from '../problem.ts';
import type { PhaseItem, RequestItem, StepItem } from '../traffic-schema.ts';
import { Finder, type Found } from './check.ts';

/** Headers that the engine sets itself. */
const ownHeaders = new Set(['connection', 'content-length', 'host', 'transfer-encoding']);

/** What RFC 9110 allows in a header's name, and what it forbids in its value. */
const headerName = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const notInHeaderValue = /[^\t\x20-\x7e\x80-\xff]/;

/** Names, the mix, bodies, headers, and shapes that contradict their phase. */
export function checkTraffic(pieces: Pieces): Found {
  const { phases, phaseNames, requests, steps, traffic } = pieces;
  const found = new Finder();
  found.unique(phaseNames, (index) => ['traffic', 'phases', index, 'name']);
  found.unique(
    requests.map((request) => request?.name),
    (index) => ['traffic', 'requests', index, 'name'],
  );
  found.unique(
    steps.map((step) => step?.name),
    (index) => ['traffic', 'session', 'steps', index, 'name'],
  );
  for (const [index, phase] of phases.entries()) {
    if (phase !== undefined) checkShape(phase, ['traffic', 'phases', index, 'rate'], found);
  }
  for (const { request, path } of requestsOf(pieces)) {
    if (request !== undefined) checkRequest(request, path, found);
  }
  if (requests.length > 0 && requests.every((request) => request?.weight === 0)) {
    found.problem(['traffic', 'requests'], 'expected at least one weight above 0, got 0 for all of them');
  }
  if (traffic?.from === 'here' && traffic.pods !== undefined) {
    found.problem(['traffic', 'pods'], 'pods make the load only with `from: cluster`');
  }
  if (traffic?.from === 'cluster') {
    if (steps.length > 0) {
      found.problem(['traffic', 'from'], 'sessions are played on this machine: leave `from` out');
    }
    if (phases.some((phase) => typeof phase?.rate === 'object' && 'users' in phase.rate)) {
      found.problem(['traffic', 'from'], 'users are played on this machine: leave `from` out');
    }
  }
  if (traffic?.goodResponse !== undefined && traffic.goodResponse > traffic.timeout) {
    found.warning(
      ['traffic', 'goodResponse'],
      `${traffic.goodResponse}ms is longer than the timeout (${traffic.timeout}ms): no answer can be too slow`,
    );
  }
  return found;
}

function checkShape({ duration, rate }: PhaseItem, path: Path, found: Finder): void {
  if (rate === undefined || typeof rate === 'number') return;
  const { spike, sine, step } = rate;
  if (spike?.at !== undefined && spike.at > duration) {
    found.problem(
      [...path, 'spike', 'at'],
      `expected an instant within the phase (${duration}ms), got ${spike.at}ms`,
    );
  }
  if (sine !== undefined && sine.amplitude >= sine.mean) {
    found.problem(
      [...path, 'sine', 'amplitude'],
      `expected less than the mean (${sine.mean}/s), got ${sine.amplitude}/s: rates must stay above 0`,
    );
  }
  if (step !== undefined && step.from === step.to) {
    found.warning([...path, 'step'], 'from and to are the same: there is no step');
  }
}

function checkRequest(request: RequestItem | StepItem, path: Path, found: Finder): void {
  const bodies = (['json', 'body', 'bodyFile'] as const).filter((key) => request[key] !== undefined);
  if (bodies.length > 1) {
    found.problem(
      [...path, bodies[1] ?? ''],
      `expected one of json, body, bodyFile, got ${bodies.join(' and ')}`,
    );
  }
  for (const [name, value] of Object.entries(request.headers)) {
    if (ownHeaders.has(name.toLowerCase())) {
      found.problem(
        [...path, 'headers', name],
        'expected other headers: this one is set for each connection and body',
      );
      continue;
    }
    if (!headerName.test(name)) {
      found.problem(
        [...path, 'headers', name],
        `expected a header name that HTTP allows, got ${JSON.stringify(name)}`,
      );
    }
    if (notInHeaderValue.test(value)) {
      found.problem(
        [...path, 'headers', name],
        `expected a value that HTTP allows, got ${JSON.stringify(value)}`,
      );
    }
  }
}

/** What follows from the whole plan. */
export function checkPlan(
  {
    connections,
    policy,
    timeoutMs,
  }: { connections: number | undefined; policy: number | 'never'; timeoutMs: number },
  { peak, hasAutoscaler }: { peak: number; hasAutoscaler: boolean },
): Found {
  const found = new Finder();
  if (connections !== undefined && connections < peak / 10) {
    found.warning(
      ['traffic', 'connections'],
      `${connections} connections at ${peak}/s last for a stall of ${Math.round((1000 * connections) / peak)}ms; what comes later is dropped (rate × longest stall, at most the timeout of ${timeoutMs}ms, is enough)`,
    );
  }
  if (policy === 'never' && hasAutoscaler) {
    found.warning(
      ['traffic', 'reconnectEvery'],
      'connections are kept for ever, and a Service balances connections, not requests: pods that the autoscaler adds stay idle; state how often to reconnect, such as "20 requests"',
    );
  }
  return found;
}

/** How long traffic lasts, ms. */
export function totalMs(phases: readonly Pick<Phase, 'durationMs'>[]): number {
  return phases.reduce((sum, { durationMs }) => sum + durationMs, 0);
}
