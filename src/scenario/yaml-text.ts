import {
  isAlias,
  isMap,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  parseAllDocuments,
  type Document,
  type Node,
  type Pair,
  type ParsedNode,
  type YAMLError,
} from 'yaml';
import { formatPath, type Path, type PathProblem, type Place, type Problem } from './problem.ts';

/** One YAML document and where everything in it stands. */
export interface YamlText {
  /** As JavaScript values; undefined when the text is not YAML. */
  value: unknown;
  /** Mistakes of the YAML itself. */
  problems: Problem[];
  /** Where a problem with one of its values stands. */
  locate: (problem: PathProblem) => Problem;
}

/** Reads the documents of a YAML text. `file` is how problems name it. */
export function readYaml(text: string, file: string): YamlText[] {
  const lineCounter = new LineCounter();
  const documents = parseAllDocuments(text, { lineCounter, prettyErrors: false, logLevel: 'error' });
  const lines = text.split(/\r?\n/);
  function place(from: number, to: number): Place {
    const { line, col } = lineCounter.linePos(from);
    const at = Math.max(1, line);
    return {
      file,
      line: at,
      column: Math.max(1, col),
      length: Math.max(1, to - from),
      text: lines[at - 1] ?? '',
    };
  }
  if (!Array.isArray(documents) || documents.length === 0) {
    const locate = ({ message }: PathProblem): Problem => ({ ...place(0, 1), message });
    return [{ value: null, problems: [], locate }];
  }
  return documents.map((document) => readDocument(document, place));
}

function readDocument(document: Document.Parsed, place: (from: number, to: number) => Place): YamlText {
  const errors: YAMLError[] = [...document.errors, ...document.warnings];
  const problems = errors.map(({ message, pos: [from, to] }) => ({
    ...place(from, to),
    message: `not YAML: ${message.replaceAll('\n', ' ')}`,
  }));
  const locate = (problem: PathProblem): Problem => {
    const { range, exact } = find(document, problem);
    const [from, to] = range;
    const { offset = 0, length = to - from } = problem.part ?? {};
    // Quotes and block scalars shift a part by what stands before it.
    const quote = problem.part !== undefined && exact ? 1 : 0;
    return { ...place(from + offset + quote, from + offset + quote + length), message: problem.message };
  };
  if (problems.length > 0) return { value: undefined, problems, locate };
  try {
    const value = document.toJS() as unknown;
    // Throws where an alias makes a value contain itself.
    JSON.stringify(value);
    return { value, problems, locate };
  } catch (error) {
    const { message } = error as Error;
    const why = message.startsWith('Converting circular') ? 'an alias makes a value contain itself' : message;
    return {
      value: undefined,
      problems: [{ ...place(0, 1), message: `not YAML that can be used: ${why}` }],
      locate,
    };
  }
}

/** The range of the key or value at a path, or of the nearest thing above it that exists. */
function find(
  document: Document.Parsed,
  { path, at }: PathProblem,
): { range: [number, number]; exact: boolean } {
  let node: Node | null = document.contents;
  let range: [number, number] = rangeOf(node) ?? [0, 1];
  for (const [index, step] of path.entries()) {
    if (isAlias(node)) node = node.resolve(document) ?? null;
    const isLast = index === path.length - 1;
    if (isMap(node)) {
      const pair: Pair | undefined = node.items.find(({ key }) => keyOf(key) === String(step));
      if (pair === undefined) break;
      const keyRange = rangeOf(pair.key as ParsedNode) ?? range;
      const value = pair.value as ParsedNode | null;
      if (isLast && at === 'key') return { range: keyRange, exact: false };
      // A value that is a block of its own is pointed at by its key.
      const isBlock = (isMap(value) || isSeq(value)) && value.flow !== true;
      range = isBlock || isEmpty(value) ? keyRange : (rangeOf(value) ?? keyRange);
      node = value;
    } else if (isSeq(node)) {
      const item = node.items[Number(step)];
      if (item === undefined || isPair(item)) break;
      node = item as ParsedNode;
      range = firstLine(node) ?? range;
    } else break;
  }
  const quoted = isScalar(node) && (node.type === 'QUOTE_DOUBLE' || node.type === 'QUOTE_SINGLE');
  return { range, exact: quoted };
}

/** Of a list's item that is a block, only its first key. */
function firstLine(node: Node): [number, number] | undefined {
  if (isMap(node) && node.flow !== true) return rangeOf((node.items[0]?.key as Node | undefined) ?? node);
  return rangeOf(node);
}

function isEmpty(node: Node | null): boolean {
  return node === null || (isScalar(node) && node.value === null && node.range?.[0] === node.range?.[1]);
}

function rangeOf(node: Node | null): [number, number] | undefined {
  const range = node?.range;
  return range === null || range === undefined ? undefined : [range[0], range[1]];
}

function keyOf(key: unknown): string {
  return String(isScalar(key) ? key.value : key);
}

/** For messages about a value: its path, then what is said. */
export function about(path: Path, message: string): string {
  return path.length === 0 ? message : `${formatPath(path)}: ${message}`;
}
