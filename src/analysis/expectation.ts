/** Expectations: rules `metric operator value` that a run passes or fails. Parsed and name-checked before anything boots. */
import { nearest, parseDurationMs, parsePercent } from '../support/index.ts';
import {
  metricNames,
  resolveMetric,
  type FaultName,
  type MetricUnit,
  type ResolvedMetric,
} from './metrics.ts';

const compare = {
  '>=': (observed: number, limit: number) => observed >= limit,
  '<=': (observed: number, limit: number) => observed <= limit,
  '==': (observed: number, limit: number) => observed === limit,
  '!=': (observed: number, limit: number) => observed !== limit,
  '>': (observed: number, limit: number) => observed > limit,
  '<': (observed: number, limit: number) => observed < limit,
} as const;

export type Operator = keyof typeof compare;

/** A rule that was understood. */
export interface Expectation extends ResolvedMetric {
  /** As written. */
  rule: string;
  /** The metric's full name as written. */
  name: string;
  operator: Operator;
  /** In the metric's unit: count, ms or ratio. */
  limit: number;
}

/** Why a rule was not understood, and which part of its text is to blame. */
export interface RuleProblem {
  message: string;
  /** Characters from the rule's start, and how many. */
  offset: number;
  length: number;
}

const asWritten: Record<MetricUnit, string> = {
  count: 'a whole number such as 0',
  ms: 'a duration such as 250ms or 3s',
  ratio: 'a percentage from 0% to 100% such as 99.9%',
  price: 'an amount such as 0.25',
};

/** Understands one rule of a scenario with these faults: `response.p99 < 250ms`. */
export function parseExpectation(rule: string, faults: readonly FaultName[]): Expectation | RuleProblem {
  const parts = /^(\s*)([^\s<>=!]+)(\s*)([<>=!]+)(\s*)(.*?)\s*$/s.exec(rule);
  if (parts === null) {
    return {
      message: `expected a rule "metric operator value" such as availability >= 99%, got ${JSON.stringify(rule)}`,
      offset: 0,
      length: rule.length,
    };
  }
  const [, before = '', name = '', gap = '', operator = '', secondGap = '', value = ''] = parts;
  const operatorAt = before.length + name.length + gap.length;

  const resolved = resolveMetric(name, faults);
  if (resolved === undefined) {
    return { message: unknownMetric(name, faults), offset: before.length, length: name.length };
  }
  if (!Object.hasOwn(compare, operator)) {
    const message = `expected one of ${Object.keys(compare).join(' ')}, got ${operator}`;
    return { message, offset: operatorAt, length: operator.length };
  }
  const limit = parseLimit(value, resolved.metric.unit);
  if (limit === null) {
    const expected = asWritten[resolved.metric.unit];
    return {
      message: `expected ${expected} for ${name}, got ${value === '' ? 'nothing' : value}`,
      offset: operatorAt + operator.length + secondGap.length,
      length: value.length,
    };
  }
  return { ...resolved, rule: rule.trim(), name, operator: operator as Operator, limit };
}

/** Whether an observed value, in the metric's unit, satisfies the rule. */
export function holds(
  { operator, limit }: Pick<Expectation, 'operator' | 'limit'>,
  observed: number,
): boolean {
  return compare[operator](observed, limit);
}

/** The limit in the metric's unit; null when it is not written in that unit or makes no sense. */
function parseLimit(text: string, unit: MetricUnit): number | null {
  switch (unit) {
    case 'count':
      return /^\d+$/.test(text) ? Number(text) : null;
    case 'ms': {
      const ms = parseDurationMs(text);
      return ms === null || ms < 0 ? null : ms;
    }
    case 'ratio': {
      const percent = parsePercent(text);
      // Shifted in decimal: 99.9 / 100 is not the number that 999 / 1000 is.
      return percent === null || percent < 0 || percent > 100 ? null : Number(`${percent}e-2`);
    }
    case 'price':
      return /^\d+(\.\d+)?$/.test(text) ? Number(text) : null;
    default:
      return unit satisfies never;
  }
}

function unknownMetric(name: string, faults: readonly FaultName[]): string {
  const [family, which = ''] = name.split('.');
  if (family === 'faults' && faults.length === 0)
    return `there is no metric ${name}: this scenario has no faults`;
  const near = nearestName(name, faults);
  const said = `there is no metric ${name}`;
  if (near !== undefined) return `${said}; did you mean ${near}?`;
  if (family === 'fault') {
    return `${said}; the faults here are ${faults.map(({ id }) => id).join(', ') || 'none'} and their measures ${measures()}`;
  }
  if (family === 'faults') {
    const types = [...new Set(faults.map(({ type }) => type))].join(', ');
    return `${said}: no fault here is of type ${which}; types here: ${types}; measures: ${measures()}`;
  }
  const families = [...new Set(metricNames(faults).map((known) => known.split('.')[0]))].join(', ');
  return `${said}; names start with ${families}`;
}

/** The nearest name, each of whose parts is near too: `faults.reboot.lost` is not meant as `faults.kill-pod.lost`. */
function nearestName(name: string, faults: readonly FaultName[]): string | undefined {
  const parts = name.split('.');
  const alike = metricNames(faults).filter((known) => {
    const knownParts = known.split('.');
    return (
      knownParts.length !== parts.length ||
      knownParts.every((part, index) => nearest(parts[index] ?? '', [part]) !== undefined)
    );
  });
  return nearest(name, alike);
}

function measures(): string {
  return metricNames([{ id: 'x', type: 'x' }])
    .filter((name) => name.startsWith('fault.x.'))
    .map((name) => name.slice('fault.x.'.length))
    .join(', ');
}
