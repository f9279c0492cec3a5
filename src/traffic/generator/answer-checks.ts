import { isAboutStatus, type AnswerCheck } from '../answer-rule.ts';
import type { RequestSpec, Save } from '../plan.ts';
import { keepCookies } from './cookies.ts';
import type { Render, Value, Values } from './values.ts';

/** What checks look at. */
interface Answer {
  status: number;
  /** Names and values in turn, as sent. */
  headers: readonly string[];
  /** The body's text, as far as it was kept. */
  readonly body: string;
}

/** What is done with the answers to one request of the mix. */
export interface AnswerChecks {
  /** Whether the answer's body has to be kept. */
  readonly needBody: boolean;
  /** Whether they say which status is well; else 200 to 399 is. */
  readonly judgeStatus: boolean;
  /**
   * Looks at an answer whose status is well: gives the checks that do not hold, by the names they have in the journal, and
   * keeps what the session needs of it. Never throws.
   */
  take(answer: Answer, values: Values): string[];
}

/** Prepares what is done with a request's answers: checks, and what a session keeps; null where that is nothing. */
export function prepareChecks(
  { name: request, checks = [], saves = [] }: Pick<RequestSpec, 'name' | 'checks' | 'saves'>,
  cookies: boolean,
  render: Render,
): AnswerChecks | null {
  if (checks.length === 0 && saves.length === 0 && !cookies) return null;
  const prepared = checks.map((check) => ({
    name: checkName(request, check),
    holds: prepare(check, render),
  }));
  const readsBody = [...checks.map(({ subject }) => subject.of), ...saves.map(({ from }) => from.of)];
  return {
    needBody: readsBody.some((of) => of === 'json' || of === 'body'),
    judgeStatus: checks.some(isAboutStatus),
    take(answer, values) {
      const look: Look = { answer, json: undefined };
      const failing = prepared.filter(({ holds }) => !holds(look, values)).map(({ name }) => name);
      if (values.saved === null) return failing;
      for (const save of saves) {
        const got = subjectOf(look, save.from);
        if (got === undefined) failing.push(saveName(request, save));
        else values.saved.set(save.variable, got);
      }
      if (cookies) keepCookies(answer.headers, values.saved);
      return failing;
    },
  };
}

/** How it is called that an answer lacks what a session should keep of it. */
export function saveName(request: string, { variable, from }: Save): string {
  const place = from.of === 'header' ? from.name : from.path.map(String).join('.');
  return `${request}: save ${variable} from ${from.of} ${place}`;
}

/** How a check is called in journal and report. */
export function checkName(request: string, { rule }: Pick<AnswerCheck, 'rule'>): string {
  return `${request}: ${rule}`;
}

/** An answer being looked at; its JSON is read once, when first needed. */
interface Look {
  answer: Answer;
  json: { value: unknown } | null | undefined;
}

function prepare(check: AnswerCheck, render: Render): (look: Look, values: Values) => boolean {
  const { subject, operator, expected } = check;
  const pattern =
    operator === 'matches' && expected !== null && 'value' in expected
      ? new RegExp(String(expected.value))
      : null;
  const template = expected !== null && 'template' in expected ? render(expected.template) : null;
  return (look, values) => {
    const got = subjectOf(look, subject);
    if (operator === 'exists') return got !== undefined;
    if (got === undefined) return operator === '!=';
    if (pattern !== null) return pattern.test(textOf(got));
    if (template !== null) return compare(textOf(got), operator, template(values));
    const want = expected !== null && 'value' in expected ? expected.value : null;
    if (subject.of === 'status' && typeof want === 'string') {
      return (textOf(got).charAt(0) === want.charAt(0)) === (operator === '==');
    }
    const asText = subject.of === 'header' || subject.of === 'body';
    return compare(got, operator, asText && want !== null ? String(want) : want);
  };
}

/** What the rule is about; undefined where the answer has no such thing. */
function subjectOf(look: Look, subject: AnswerCheck['subject']): unknown {
  const { answer } = look;
  switch (subject.of) {
    case 'status':
      return answer.status;
    case 'header':
      return headerOf(answer.headers, subject.name);
    case 'body':
      return answer.body;
    case 'json':
      return jsonAt(jsonOf(look), subject.path);
  }
}

/** A header's value by its name in lower case; several of one name are joined as RFC 9110 has it. */
function headerOf(headers: readonly string[], name: string): string | undefined {
  const found: string[] = [];
  for (let i = 0; i + 1 < headers.length; i += 2) {
    if (headers[i]?.toLowerCase() === name) found.push(headers[i + 1] ?? '');
  }
  return found.length === 0 ? undefined : found.join(', ');
}

function jsonOf(look: Look): unknown {
  if (look.json === undefined) look.json = readJson(look.answer.body);
  return look.json?.value;
}

/** The value a text stands for; null where it is no JSON. */
function readJson(text: string): { value: unknown } | null {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    return null;
  }
}

/** What a path leads to; own values only, and the length of lists and texts. */
function jsonAt(value: unknown, path: readonly (string | number)[]): unknown {
  let at = value;
  for (const step of path) {
    if (step === 'length' && (Array.isArray(at) || typeof at === 'string')) at = at.length;
    else if (typeof at === 'object' && at !== null && Object.hasOwn(at, step)) {
      at = (at as Record<string | number, unknown>)[step];
    } else return undefined;
  }
  return at;
}

function compare(got: unknown, operator: AnswerCheck['operator'], want: Value): boolean {
  switch (operator) {
    case '==':
      return got === want;
    case '!=':
      return got !== want;
    case 'contains':
      return Array.isArray(got)
        ? got.some((item) => textOf(item) === textOf(want))
        : textOf(got).includes(textOf(want));
    case '<':
      return numberOf(got) < Number(want);
    case '<=':
      return numberOf(got) <= Number(want);
    case '>':
      return numberOf(got) > Number(want);
    case '>=':
      return numberOf(got) >= Number(want);
    default:
      return false;
  }
}

/** Text that is a number counts as one; everything else is none, and every order with it is false. */
function numberOf(value: unknown): number {
  if (typeof value === 'number') return value;
  return typeof value === 'string' && value.trim() !== '' ? Number(value) : Number.NaN;
}

/** A value as text: texts as they are, everything else as JSON. */
export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
}
