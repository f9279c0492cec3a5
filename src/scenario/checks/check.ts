import { nearest } from '../../support/index.ts';
import { formatPath, type Path, type PathProblem } from '../problem.ts';

/** What a check found: mistakes, and what is allowed but probably not meant. */
export interface Found {
  problems: PathProblem[];
  warnings: PathProblem[];
}

/** Collects what a check finds. */
export class Finder implements Found {
  readonly problems: PathProblem[] = [];
  readonly warnings: PathProblem[] = [];

  /** A mistake at a path; `message` goes on from the path. */
  problem(path: Path, message: string, part?: PathProblem['part']): void {
    this.problems.push({
      path,
      message: `${formatPath(path)}: ${message}`,
      ...(part === undefined ? {} : { part }),
    });
  }

  warning(path: Path, message: string): void {
    this.warnings.push({ path, message: `${formatPath(path)}: ${message}` });
  }

  /** Refuses a name that occurred before; absent names are none. */
  unique(names: readonly (string | undefined)[], pathOf: (index: number) => Path): void {
    for (const [index, name] of names.entries()) {
      const first = name === undefined ? index : names.indexOf(name);
      if (first !== index)
        this.problem(pathOf(index), `expected names that differ, got "${name}" a second time`);
    }
  }
}

/** `; did you mean x?`, or what there is. */
export function suggestion(word: string, known: readonly string[]): string {
  const near = nearest(word, known);
  return near === undefined
    ? `; there are: ${[...new Set(known)].join(', ') || 'none'}`
    : `; did you mean ${near}?`;
}
