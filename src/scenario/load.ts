import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { exitCodes, nearest, OpenbellError } from '../support/index.ts';
import { builtInFile, builtInFolder, builtInNames } from './catalogue.ts';
import type { Scenario, ScenarioOptions } from './scenario.ts';

/**
 * Loads a scenario: a built-in one by its name, or a file. A name without a slash and without a dot is a built-in one.
 *
 * @throws {OpenbellError} `SCENARIO_NOT_FOUND` or `SCENARIO_INVALID`, both exit code 104.
 */
export async function loadScenario(nameOrPath: string, options: ScenarioOptions = {}): Promise<Scenario> {
  const isName = !/[\\/.]/.test(nameOrPath);
  const file = isName ? builtInFile(nameOrPath) : nameOrPath;
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    throw await notFound(nameOrPath, isName, error as NodeJS.ErrnoException);
  }
  // Loaded only now: the parser and the schema library take a while.
  const { parseScenario } = await import('./parse.ts');
  return isName
    ? parseScenario(text, `built-in:${nameOrPath}`, {
        ...options,
        folder: builtInFolder(),
        shownAs: path.relative(process.cwd(), file),
      })
    : parseScenario(text, nameOrPath, options);
}

async function notFound(
  asked: string,
  isName: boolean,
  error: NodeJS.ErrnoException,
): Promise<OpenbellError> {
  const details = { code: 'SCENARIO_NOT_FOUND', exitCode: exitCodes.scenarioInvalid, cause: error } as const;
  if (!isName) {
    const why = whyUnreadable(error);
    return new OpenbellError(`expected a scenario file at ${path.resolve(asked)}, but ${why}`, {
      ...details,
      cause: undefined,
      hint: 'Name a file, or one of the built-in scenarios: openbell scenarios',
    });
  }
  const names = await builtInNames();
  const near = nearest(asked, names);
  return new OpenbellError(
    `expected the name of a built-in scenario (${names.join(', ')}) or a file, got "${asked}"`,
    {
      ...details,
      cause: undefined,
      hint: near === undefined ? `For a file write its path: ./${asked}` : `Did you mean ${near}?`,
    },
  );
}

function whyUnreadable({ code }: NodeJS.ErrnoException): string {
  if (code === 'ENOENT') return 'there is no such file';
  return code === 'EISDIR' ? 'that is a folder' : `it cannot be read (${code})`;
}
