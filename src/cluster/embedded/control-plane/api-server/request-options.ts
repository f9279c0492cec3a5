/** What the query of a write asks for, checked as Kubernetes checks it. */
import type { DeleteOptions } from '../../api.ts';
import { strictly, type OnUnknown } from './decode/decode.ts';
import { invalid, type FieldError } from './errors.ts';
import type { Exchange } from './exchange.ts';
import type { Kind } from './kinds/strategy.ts';
import { notSupported, required } from './validation/fields.ts';

const optionKinds: Record<string, string> = {
  POST: 'CreateOptions',
  PUT: 'UpdateOptions',
  PATCH: 'PatchOptions',
  DELETE: 'DeleteOptions',
};

function refuse({ request }: Exchange, error: FieldError): never {
  const kind = optionKinds[request.method ?? ''] ?? 'ListOptions';
  throw invalid({ group: 'meta.k8s.io', plural: '', kind }, '', [error]);
}

/** Whether nothing is to be kept. @throws {ApiError} 422. */
export function dryRun(exchange: Exchange, inBody: readonly string[] = []): { dryRun: boolean } {
  const asked = [...exchange.query.getAll('dryRun'), ...inBody].filter((value) => value !== '');
  const odd = asked.find((value) => value !== 'All');
  if (odd !== undefined) refuse(exchange, notSupported('dryRun', odd, ['All']));
  return { dryRun: asked.length > 0 };
}

/** What becomes of a write, and of fields that the kind does not have. @throws {ApiError} 422. */
export function writeOptions(exchange: Exchange, kind: Kind): { dryRun: boolean; onUnknown: OnUnknown } {
  const validation = exchange.query.get('fieldValidation') || 'Warn';
  const warn: OnUnknown = (fields) => {
    const warnings = fields.map((field) => `299 - "unknown field \\"${field}\\""`);
    exchange.response.setHeader('warning', warnings);
  };
  const reactions: Record<string, OnUnknown> = {
    Strict: strictly(kind),
    Warn: warn,
    Ignore: () => undefined,
  };
  const onUnknown = reactions[validation];
  if (onUnknown === undefined) {
    refuse(exchange, notSupported('fieldValidation', validation, Object.keys(reactions)));
  }
  return { ...dryRun(exchange), onUnknown };
}

/** Who applies must say who it is. @throws {ApiError} 422. */
export function requireFieldManager(exchange: Exchange): void {
  if ((exchange.query.get('fieldManager') ?? '') !== '') return;
  refuse(exchange, required('fieldManager', 'is required for apply patch'));
}

/** From the body, and from the query where the body does not say. @throws {ApiError} 422. */
export function deleteOptionsOf(
  exchange: Exchange,
  body: unknown,
): { options: DeleteOptions; dryRun: boolean } {
  const { query } = exchange;
  const { dryRun: dryRuns, ...asked } = { ...(body as (DeleteOptions & { dryRun?: string[] }) | undefined) };
  const options: DeleteOptions = asked;
  const grace = query.get('gracePeriodSeconds');
  if (grace !== null && options.gracePeriodSeconds === undefined) options.gracePeriodSeconds = Number(grace);
  const policy = query.get('propagationPolicy');
  if (policy !== null) {
    options.propagationPolicy ??= policy as NonNullable<DeleteOptions['propagationPolicy']>;
  }
  const policies = ['Background', 'Foreground', 'Orphan'];
  const { propagationPolicy } = options;
  if (propagationPolicy !== undefined && !policies.includes(propagationPolicy)) {
    refuse(exchange, notSupported('propagationPolicy', propagationPolicy, [...policies, 'nil']));
  }
  return { options, ...dryRun(exchange, dryRuns) };
}
