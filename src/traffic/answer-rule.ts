/** What is demanded of an answer, as a rule `subject operator value`. */
import { parseTemplate, type TemplatePiece } from './template.ts';

const comparisons = ['==', '!=', '<', '<=', '>', '>='] as const;
const operators = [...comparisons, 'contains', 'matches', 'exists'] as const;
type CheckOperator = (typeof operators)[number];

/** One rule about answers. */
export interface AnswerCheck {
  /** As written; names the check in journal and report. */
  rule: string;
  subject:
    | { of: 'status' }
    | { of: 'header'; name: string }
    /** A value of the body read as JSON, by the steps that lead to it. */
    | { of: 'json'; path: (string | number)[] }
    | { of: 'body' };
  operator: CheckOperator;
  /** What it is compared with: a value, a text with variables, or nothing (`exists`). */
  expected: { value: string | number | boolean | null } | { template: TemplatePiece[] } | null;
}

/** Why a rule is none, and which part of it. */
export interface RuleProblem {
  problem: string;
  offset: number;
  length: number;
}

/**
 * Reads a rule such as `status == 201`, `header content-type contains json`, `json orders[0].price > 0`,
 * `json symbol == ${symbol}` or `body matches ^ok`. Values are JSON, or text as it stands.
 */
export function parseAnswerRule(rule: string): AnswerCheck | RuleProblem {
  const subject = /^\s*(?:(status|body)|(header|json)\s+(\S+))(?=\s|$)/.exec(rule);
  if (subject === null) {
    return wrong(rule, 'expected a rule that begins with status, header <name>, json <path> or body');
  }
  const [whole, simple, named, name = ''] = subject;
  const rest = rule.slice(whole.length);
  const operator = /^\s*(==|!=|<=|>=|<|>|[a-z]+)?\s*/.exec(rest);
  const word = operators.find((known) => known === operator?.[1]);
  if (word === undefined) {
    const got = rest.trim() === '' ? 'nothing' : JSON.stringify(rest.trim());
    return wrong(
      rule,
      `expected one of ${operators.join(' ')} after ${whole.trim()}, got ${got}`,
      rest.trim() === '' ? rule : rest,
    );
  }
  const value = rest.slice(operator?.[0].length ?? 0).trimEnd();
  const check: AnswerCheck = {
    rule: rule.trim(),
    subject: { of: 'body' },
    operator: word,
    expected: word === 'exists' ? null : expectedOf(value, word),
  };
  if (simple === 'status') check.subject = { of: 'status' };
  else if (named === 'header') check.subject = { of: 'header', name: name.toLowerCase() };
  else if (named === 'json') {
    const path = pathOf(name);
    if (path === null) return wrong(rule, `expected a path such as orders[0].price, got ${name}`, name);
    check.subject = { of: 'json', path };
  }
  const problem = contradiction(check, value);
  return problem === null ? check : wrong(rule, problem, value === '' ? rule : value);
}

/** Whether an answer rule is about the status, and so takes the place of «200 to 399 is well». */
export function isAboutStatus({ subject }: AnswerCheck): boolean {
  return subject.of === 'status';
}

function wrong(rule: string, problem: string, part = rule): RuleProblem {
  const offset = Math.max(0, rule.lastIndexOf(part));
  const lead = part.length - part.trimStart().length;
  return { problem, offset: offset + lead, length: Math.max(1, part.trim().length) };
}

function expectedOf(value: string, operator: CheckOperator): AnswerCheck['expected'] {
  const pieces = parseTemplate(value);
  if (pieces.some((piece) => typeof piece !== 'string')) return { template: pieces };
  const text = pieces.filter((piece) => typeof piece === 'string').join('');
  if (operator === 'contains' || operator === 'matches') return { value: unquoted(text) };
  try {
    const parsed = JSON.parse(text) as unknown;
    if (parsed === null || ['string', 'number', 'boolean'].includes(typeof parsed)) {
      return { value: parsed as string | number | boolean | null };
    }
  } catch {
    // Text as it stands.
  }
  return { value: text };
}

function unquoted(text: string): string {
  if (!/^".*"$/.test(text)) return text;
  try {
    return String(JSON.parse(text));
  } catch {
    return text;
  }
}

function pathOf(text: string): (string | number)[] | null {
  const steps = [...text.matchAll(/(?:^|\.)([^.[\]]+)|\[(\d+)\]/g)];
  if (steps.map(([step]) => step).join('') !== text || steps.length === 0) return null;
  return steps.map(([, key, index]) => key ?? Number(index));
}

function contradiction({ subject, operator, expected }: AnswerCheck, value: string): string | null {
  if (operator === 'exists') return value === '' ? null : `expected nothing after exists, got ${value}`;
  if (value === '') return `expected a value after ${operator}, got nothing`;
  const isComparison = (comparisons as readonly string[]).includes(operator);
  if (subject.of === 'body' && isComparison && operator !== '==' && operator !== '!=') {
    return `expected ==, !=, contains, matches or exists for body, got ${operator}`;
  }
  if (expected === null || 'template' in expected) {
    return operator === 'matches' ? 'expected a regular expression without variables' : null;
  }
  if (operator === 'matches') {
    const problem = patternProblem(String(expected.value));
    if (problem !== null) return `expected a regular expression: ${problem}`;
  }
  if (subject.of === 'status') {
    const isClass = /^[1-5]xx$/.test(String(expected.value)) && (operator === '==' || operator === '!=');
    const isStatus = Number.isInteger(expected.value) && isComparison;
    if (!isClass && !isStatus) {
      return `expected a comparison with a status such as 201, or == 2xx, got ${operator} ${value}`;
    }
    return null;
  }
  const orders = isComparison && operator !== '==' && operator !== '!=';
  return orders && typeof expected.value !== 'number'
    ? `expected a number after ${operator}, got ${value}`
    : null;
}

function patternProblem(pattern: string): string | null {
  try {
    void new RegExp(pattern);
    return null;
  } catch (error) {
    return (error as Error).message;
  }
}
