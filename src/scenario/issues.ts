import type * as z from 'zod';
import type { Path, PathProblem } from './problem.ts';
import { noneGiven } from './structures.ts';
import { about } from './yaml-text.ts';

type Issue = z.core.$ZodIssue;

/** What the schema found, as problems at paths of the file. */
export function problemsOf(issues: readonly Issue[], above: Path = []): PathProblem[] {
  // A key that is unknown explains why none of the known ones is there.
  const misspelt = new Set(
    issues.filter(({ code }) => code === 'unrecognized_keys').map(({ path }) => path.join('.')),
  );
  return issues
    .filter(({ message, path }) => !(message.endsWith(noneGiven) && misspelt.has(path.join('.'))))
    .flatMap((issue) => problemsOfIssue(issue, [...above, ...(issue.path as (string | number)[])]));
}

function problemsOfIssue(issue: Issue, path: Path): PathProblem[] {
  if (issue.code === 'unrecognized_keys') {
    // The schema's message has one line for each key.
    const lines = issue.message.split('\n');
    return issue.keys.map((key, index) => ({
      path: [...path, key],
      message: about(path, lines[index] ?? issue.message),
      at: 'key' as const,
    }));
  }
  if (issue.code === 'invalid_union') {
    // Of the alternatives, the one of the right type says best what is wrong.
    const alternative = issue.errors.find(
      (errors) => !errors.some(({ code, path }) => code === 'invalid_type' && path.length === 0),
    );
    if (alternative !== undefined) return problemsOf(alternative, path);
  }
  const missing = path.length === 0 ? ', but the file is empty' : ', but it is missing';
  return [{ path, message: about(path, issue.message.replace(/, got nothing$/, missing)) }];
}
