import { isTemplate, parseAnswerRule, parseTemplate, variableNames } from '../../traffic/index.ts';
import { saveOf, variablesFrom } from '../convert.ts';
import { requestsOf, type Pieces } from '../pieces.ts';
import type { Path } from '../problem.ts';
import type { Referenced } from '../referenced.ts';
import type { RequestItem, StepItem } from '../traffic-schema.ts';
import { Finder, suggestion, type Found } from './check.ts';

/** What requests refer to: variables that are defined, and rules that can be read. */
export function checkRequests(pieces: Pieces, referenced: Referenced): Found {
  const found = new Finder();
  const known = checkVariables(pieces, referenced, found);
  let soFar = known;
  for (const { request, path } of requestsOf(pieces)) {
    if (request === undefined) {
      // A step that is not understood may save what is used later.
      soFar = null;
      continue;
    }
    checkTexts(request, path, soFar, found);
    checkRules(request, path, soFar, found);
    if ('save' in request && soFar !== null) soFar = [...soFar, ...checkSaves(request, path, soFar, found)];
  }
  return found;
}

/** Names that requests may use; null where a variable is not understood, so that names cannot be checked. */
function checkVariables({ variables }: Pieces, referenced: Referenced, found: Finder): string[] | null {
  for (const [name, variable] of Object.entries(variables)) {
    const path: Path = ['traffic', 'variables', name];
    if (!/^[A-Za-z_][\w-]*$/.test(name)) {
      found.problem(path, `expected a name of letters, digits, _ and -, got ${JSON.stringify(name)}`);
    }
    const { from, to } = variable?.sequence ?? { from: 0, to: undefined };
    if (to !== undefined && to < from) {
      found.problem([...path, 'sequence', 'to'], `expected at least from (${from}), got ${to}`);
    }
  }
  const understood = Object.values(variables).every(
    (variable) =>
      variable !== undefined && (variable.csv === undefined || referenced.tables.has(variable.csv.file)),
  );
  return understood ? variableNames(variablesFrom(variables, referenced.tables)) : null;
}

function checkTexts(
  request: RequestItem | StepItem,
  path: Path,
  known: string[] | null,
  found: Finder,
): void {
  const look = (at: Path, text: string): void => checkText(text, at, known, found);
  look([...path, 'path'], request.path);
  for (const [name, value] of Object.entries(request.headers)) look([...path, 'headers', name], value);
  if (request.body !== undefined) look([...path, 'body'], request.body);
  walk(request.json, [...path, 'json'], look);
}

/** Every text in a JSON value; keys cannot hold variables. */
function walk(value: unknown, path: Path, look: (path: Path, text: string) => void): void {
  if (typeof value === 'string') look(path, value);
  else if (typeof value === 'object' && value !== null) {
    for (const [key, inner] of Object.entries(value)) {
      walk(inner, [...path, Array.isArray(value) ? Number(key) : key], look);
    }
  }
}

function checkText(text: string, path: Path, known: string[] | null, found: Finder): void {
  if (known === null || !isTemplate(text)) return;
  for (const piece of parseTemplate(text)) {
    if (typeof piece === 'string' || known.includes(piece.variable)) continue;
    const { variable, offset, length } = piece;
    found.problem(path, `there is no variable "${variable}"${suggestion(variable, known)}`, {
      offset,
      length,
    });
  }
}

/** The names that a step adds for the steps after it. */
function checkSaves({ save, method }: StepItem, path: Path, known: string[], found: Finder): string[] {
  for (const [name, place] of Object.entries(save)) {
    const at: Path = [...path, 'save', name];
    if (!/^[A-Za-z_][\w-]*$/.test(name)) {
      found.problem(at, `expected a name of letters, digits, _ and -, got ${JSON.stringify(name)}`);
    } else if (known.includes(name)) {
      found.problem(at, `expected a name that is not taken, got "${name}"`);
    }
    const saved = saveOf(name, place);
    if (saved === null) {
      found.problem(at, `expected a path such as json orders[0].id, got ${JSON.stringify(place)}`);
    } else if (saved.from.of === 'json' && method === 'HEAD') {
      found.problem(at, 'expected a header: answers to HEAD have no body');
    }
  }
  return Object.keys(save);
}

function checkRules(
  request: RequestItem | StepItem,
  path: Path,
  known: string[] | null,
  found: Finder,
): void {
  for (const [index, rule] of (request.checks ?? []).entries()) {
    const at: Path = [...path, 'checks', index];
    const parsed = parseAnswerRule(rule);
    if ('problem' in parsed) {
      const { problem, offset, length } = parsed;
      found.problem(at, problem, { offset, length });
      continue;
    }
    const { of } = parsed.subject;
    if (request.method === 'HEAD' && (of === 'json' || of === 'body')) {
      found.problem(
        at,
        `expected a rule about status or headers, got one about ${of}: answers to HEAD have no body`,
      );
    }
    checkText(rule, at, known, found);
  }
}
