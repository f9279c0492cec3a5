/** Label and field selectors, parsed, matched and printed as Kubernetes does. Pure; loads nothing of the client. */
import { OpenbellError } from '../support/index.ts';
import { labelKeyProblems, labelValueProblems } from './label-rules.ts';

export type Labels = Readonly<Record<string, string>>;

type Operator = '=' | '==' | '!=' | 'in' | 'notin' | 'exists' | '!' | '>' | '<';

/** One condition on one label; all of a selector's must hold. */
export interface Requirement {
  key: string;
  operator: Operator;
  /** Sorted, without duplicates. */
  values: readonly string[];
}

/** Selector as objects carry it: `spec.selector` of a Deployment, a ReplicaSet, … */
export interface LabelSelectorSpec {
  matchLabels?: Record<string, string>;
  matchExpressions?: { key: string; operator: string; values?: string[] }[];
}

/**
 * Parses `app=api,tier in (web,db),!canary,n>5`. The empty text selects everything.
 *
 * @throws {OpenbellError} `SELECTOR_INVALID`, in the words of Kubernetes' parser.
 */
export function parseLabelSelector(text: string): Requirement[] {
  return new Parser(text).parse();
}

/** Whether labels fulfil every requirement. */
export function selects(requirements: readonly Requirement[], labels: Labels | undefined): boolean {
  return requirements.every((requirement) => fulfils(requirement, labels ?? {}));
}

/** The requirements of a selector object. An absent selector selects nothing, an empty one everything: see {@link selectsBySpec}. */
export function requirementsOf(spec: LabelSelectorSpec): Requirement[] {
  const fromLabels = Object.entries(spec.matchLabels ?? {}).map(([key, value]) =>
    requirement(key, '=', [value]),
  );
  const operators: Record<string, Operator> = {
    In: 'in',
    NotIn: 'notin',
    Exists: 'exists',
    DoesNotExist: '!',
  };
  const fromExpressions = (spec.matchExpressions ?? []).map(({ key, operator, values }) => {
    const known = operators[operator];
    if (known === undefined) throw problem(`"${operator}" is not a valid label selector operator`);
    return requirement(key, known, values ?? []);
  });
  return [...fromLabels, ...fromExpressions];
}

/** Whether a selector object selects these labels; an absent selector selects nothing. */
export function selectsBySpec(spec: LabelSelectorSpec | undefined, labels: Labels | undefined): boolean {
  return spec !== undefined && selects(requirementsOf(spec), labels);
}

/** A requirement as text: `app=api`, `tier in (db,web)`, `!canary`. Requirements are ordered by key. */
export function printRequirements(requirements: readonly Requirement[]): string {
  return [...requirements]
    .sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
    .map(({ key, operator, values }) => {
      if (operator === 'exists') return key;
      if (operator === '!') return `!${key}`;
      if (operator === 'in' || operator === 'notin') return `${key} ${operator} (${values.join(',')})`;
      return `${key}${operator}${values[0] ?? ''}`;
    })
    .join(',');
}

function fulfils({ key, operator, values }: Requirement, labels: Labels): boolean {
  const value = Object.hasOwn(labels, key) ? labels[key] : undefined;
  switch (operator) {
    case '=':
    case '==':
    case 'in':
      return value !== undefined && values.includes(value);
    case '!=':
    case 'notin':
      return value === undefined || !values.includes(value);
    case 'exists':
      return value !== undefined;
    case '!':
      return value === undefined;
    default: {
      if (value === undefined || !isInteger(value)) return false;
      const limit = BigInt(values[0] ?? '');
      return operator === '>' ? BigInt(value) > limit : BigInt(value) < limit;
    }
  }
}

function isInteger(text: string): boolean {
  return /^[+-]?\d+$/.test(text);
}

function problem(message: string): OpenbellError {
  return new OpenbellError(message, {
    code: 'SELECTOR_INVALID',
    hint: 'Write label selectors as key=value, key!=value, key in (a,b), key notin (a,b), key or !key, joined by commas.',
  });
}

/** Builds and checks a requirement. */
function requirement(key: string, operator: Operator, values: readonly string[]): Requirement {
  const [wrongKey] = labelKeyProblems(key);
  if (wrongKey !== undefined) throw problem(`<nil>: Invalid value: ${JSON.stringify(key)}: ${wrongKey}`);
  const sorted = [...new Set(values)].sort();
  for (const [index, value] of sorted.entries()) {
    if ((operator === '>' || operator === '<') && !isInteger(value)) {
      throw problem(
        `values[${index}]: Invalid value: ${JSON.stringify(value)}: for 'Gt', 'Lt' operators, the value must be an integer`,
      );
    }
    const [wrongValue] = labelValueProblems(value);
    if (wrongValue !== undefined) {
      throw problem(`values[${index}][${key}]: Invalid value: ${JSON.stringify(value)}: ${wrongValue}`);
    }
  }
  return { key, operator, values: sorted };
}

interface Token {
  type:
    | 'identifier'
    | 'end'
    | 'error'
    | ')'
    | '('
    | ','
    | '!'
    | '='
    | '=='
    | '!='
    | '>'
    | '<'
    | 'in'
    | 'notin';
  text: string;
}

const symbols: readonly string[] = [')', '(', ',', '!', '=', '==', '!=', '>', '<'];
const operatorTokens: readonly string[] = ['in', 'notin', '=', '==', '!=', '>', '<'];

function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  let rest = text.trimStart();
  while (rest !== '') {
    const symbol = ['==', '!=', ...symbols].find((symbol) => rest.startsWith(symbol));
    const word = symbol ?? /^[^=!(),<>\s]+/.exec(rest)?.[0] ?? '';
    const type = (symbol ?? (word === 'in' || word === 'notin' ? word : 'identifier')) as Token['type'];
    tokens.push({ type, text: word });
    rest = rest.slice(word.length).trimStart();
  }
  return tokens;
}

/** Recursive descent over the tokens; `in` and `notin` are operators only where an operator may stand. */
class Parser {
  readonly #tokens: Token[];
  #position = 0;

  constructor(text: string) {
    this.#tokens = tokenize(text);
  }

  parse(): Requirement[] {
    const requirements: Requirement[] = [];
    if (this.#peek().type === 'end') return requirements;
    for (;;) {
      const first = this.#peek();
      if (first.type !== 'identifier' && first.type !== '!') {
        throw problem(
          requirements.length === 0
            ? `found '${first.text}', expected: !, identifier, or 'end of string'`
            : `found '${first.text}', expected: identifier after ','`,
        );
      }
      requirements.push(this.#requirement());
      const next = this.#take();
      if (next.type === 'end') return requirements;
      if (next.type !== ',') throw problem(`found '${next.text}', expected: ',' or 'end of string'`);
    }
  }

  #peek(): Token {
    const token = this.#tokens[this.#position] ?? { type: 'end', text: '' };
    return token.type === 'in' || token.type === 'notin' ? { type: 'identifier', text: token.text } : token;
  }

  #take(): Token {
    const token = this.#peek();
    this.#position += 1;
    return token;
  }

  #requirement(): Requirement {
    try {
      return this.#parseRequirement();
    } catch (error) {
      throw problem(`unable to parse requirement: ${(error as Error).message}`);
    }
  }

  #parseRequirement(): Requirement {
    const negated = this.#peek().type === '!';
    if (negated) this.#take();
    const key = this.#take();
    if (key.type !== 'identifier') throw problem(`found '${key.text}', expected: identifier`);
    const next = this.#peek().type;
    if (negated || next === 'end' || next === ',') return requirement(key.text, negated ? '!' : 'exists', []);
    const operator = this.#tokens[this.#position] ?? { type: 'end', text: '' };
    // Kubernetes' parser names the key's mistakes before the operator's.
    if (!operatorTokens.includes(operator.type)) {
      requirement(key.text, 'exists', []);
      throw problem(`found '${operator.text}', expected: in, notin, =, ==, !=, gt, lt`);
    }
    this.#position += 1;
    const isSet = operator.type === 'in' || operator.type === 'notin';
    return requirement(key.text, operator.type as Operator, isSet ? this.#set() : [this.#exactValue()]);
  }

  #exactValue(): string {
    const next = this.#peek();
    if (next.type === 'end' || next.type === ',') return '';
    if (next.type !== 'identifier') throw problem(`found '${next.text}', expected: identifier`);
    return this.#take().text;
  }

  /** `(a,b)`; an empty place between commas is the empty value. */
  #set(): string[] {
    const open = this.#take();
    if (open.type !== '(') throw problem(`found '${open.text}' expected: '('`);
    const first = this.#peek();
    if (first.type !== 'identifier' && first.type !== ',' && first.type !== ')') {
      throw problem(`found '${first.text}', expected: ',', ')' or identifier`);
    }
    const values: string[] = [];
    for (;;) {
      const value = this.#peek().type === 'identifier' ? this.#take().text : '';
      values.push(value);
      const next = this.#take();
      if (next.type === ')') return values;
      if (next.type !== ',') {
        throw problem(
          `found '${next.text}', expected: ${value === '' ? "',', or identifier" : "',' or ')'"}`,
        );
      }
    }
  }
}
