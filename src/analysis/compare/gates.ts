/** Limits to how much worse B may be than A: `outage +10%`. */
import {
  OpenbellError,
  exitCodes,
  formatPercent,
  parseDurationMs,
  parsePercent,
} from '../../support/index.ts';
import { formatMetric } from '../evaluate.ts';
import type { FaultName } from '../metrics.ts';
import { findMeasure, unknownMeasure, type Measure } from '../trials/index.ts';
import { isShown, sharedMeasure, type Difference } from './difference.ts';

/** A limit that was understood. */
export interface Gate {
  /** As written. */
  rule: string;
  measure: Measure;
  /** Which way is worse: 1 when the measure must not grow, -1 when it must not shrink. */
  direction: 1 | -1;
  /** As a share of A's median, or in the measure's unit; at least 0. */
  limit: { share: number } | { amount: number };
}

/** The answer to a gate. */
export interface GateResult {
  rule: string;
  held: boolean;
  /** One sentence without its full stop. */
  reason: string;
}

/**
 * Understands `<metric> +<limit>` or `<metric> -<limit>`, where the limit is a share of A's median (`10%`), or an amount: a duration,
 * a number, or for shares percentage points (`0.5pp`).
 *
 * @throws {OpenbellError} `USAGE` when it cannot be understood, or when not both sides have the measure.
 */
export function parseGate(rule: string, a: readonly FaultName[], b: readonly FaultName[]): Gate {
  const [, name = '', sign = '', text = ''] = /^\s*(\S+)\s+([+-])\s*(\S+)\s*$/.exec(rule) ?? [];
  if (name === '') throw wrong(rule, 'expected a metric, a sign and a limit');
  const measure = sharedMeasure(name, a, b);
  if (measure === undefined) throw wrong(rule, notShared(name, a, b));
  const limit = parseLimit(text, measure);
  if (limit === null) {
    const kinds = {
      ms: 'a duration such as 500ms',
      count: 'a number such as 20',
      ratio: 'percentage points such as 0.5pp',
      price: 'an amount such as 0.05',
    };
    throw wrong(rule, `expected a share such as 10% or ${kinds[measure.unit]}, got ${text}`);
  }
  return { rule: rule.trim(), measure, direction: sign === '+' ? 1 : -1, limit };
}

/**
 * B fails a gate when its median is past the limit and chance does not explain the difference. Where either side is a single
 * run chance cannot be told, and the limit alone decides.
 */
export function judgeGate({ rule, measure, direction, limit }: Gate, found: Difference): GateResult {
  const { difference, problem, p, a, b } = found;
  if (problem !== null || difference === null || a === null || b === null) {
    return { rule, held: false, reason: `it cannot be judged: ${problem ?? 'not known'}` };
  }
  const most = 'share' in limit ? Math.abs(a.median) * limit.share : limit.amount;
  const { unit } = measure;
  const change = `${formatMetric(a.median, unit)} → ${formatMetric(b.median, unit)}${shareText(found)}`;
  if (difference * direction <= most) return { rule, held: true, reason: change };
  if (p === null)
    return { rule, held: false, reason: `${change}; single runs, so that chance is not excluded` };
  if (isShown(found)) return { rule, held: false, reason: `${change}, p ${pText(p)}` };
  return {
    rule,
    held: true,
    reason: `${change} is past the limit, but chance may explain it (p ${pText(p)}): more trials would tell`,
  };
}

/** A probability with as many digits as matter: `0.62`, `0.004`, `< 0.001`. */
export function pText(p: number): string {
  if (p < 0.001) return '< 0.001';
  return p < 0.1 ? String(Number(p.toFixed(3))) : p.toFixed(2);
}

function shareText({ relative }: Difference): string {
  if (relative === null) return '';
  return ` (${relative < 0 ? '−' : '+'}${formatPercent(Math.abs(relative))})`;
}

function parseLimit(text: string, { unit }: Measure): Gate['limit'] | null {
  const percent = parsePercent(text);
  if (percent !== null) return percent >= 0 ? { share: percent / 100 } : null;
  const amount = amountOf(text, unit);
  return amount !== null && Number.isFinite(amount) && amount >= 0 ? { amount } : null;
}

function amountOf(text: string, unit: Measure['unit']): number | null {
  switch (unit) {
    case 'ms':
      return parseDurationMs(text);
    case 'count':
    case 'price':
      return /^\d+(\.\d+)?$/.test(text) ? Number(text) : null;
    case 'ratio':
      return /^\d+(\.\d+)?pp$/.test(text) ? Number(text.slice(0, -2)) / 100 : null;
    default:
      return unit satisfies never;
  }
}

/** Why no measure of that name is on both sides. */
function notShared(name: string, a: readonly FaultName[], b: readonly FaultName[]): string {
  const known = [a, b].some((faults) => findMeasure(name, faults) !== undefined);
  if (!known) return unknownMeasure(name, [...a, ...b]);
  const listed = (faults: readonly FaultName[]): string =>
    faults.map(({ id, type }) => (id === type ? id : `${id} (${type})`)).join(', ') || 'none';
  return `${name} is not measured on both sides, which share no such fault: ${listed(a)} in A, ${listed(b)} in B`;
}

function wrong(rule: string, message: string): OpenbellError {
  return new OpenbellError(`--fail-on "${rule.trim()}": ${message}`, {
    code: 'USAGE',
    exitCode: exitCodes.usage,
    hint: "Write the measure and by how much it may grow or shrink: 'outage +10%', 'response.p99 +20ms', 'availability -0.5pp'",
  });
}
