import type * as z from 'zod';
import type { Path, PathProblem } from './problem.ts';
import { about } from './yaml-text.ts';

type Issue = z.core.$ZodIssue;

/** What the schema found, as problems at paths of the file. */
export function problemsOf(issues: readonly Issue[], above: Path = []): PathProblem[] {
  return issues.flatMap((issue) =>
    problemsOfIssue(issue, [...above, ...(issue.path as (string | number)[])]),
  );
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
  return [{ path, message: about(path, issue.message.replace(/, got nothing$/, ', but it is missing')) }];
}
