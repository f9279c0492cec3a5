import yargs, { type Argv } from 'yargs';
import packageJson from '../../package.json' with { type: 'json' };
import { OpenbellError, exitCodes } from '../support/index.ts';
import { processContext, type Context } from './context.ts';
import { addClean } from './commands/clean.ts';
import { addCompare } from './commands/compare.ts';
import { addDoctor } from './commands/doctor.ts';
import { addDown } from './commands/down.ts';
import { addCapacity } from './commands/capacity.ts';
import { addExport } from './commands/export.ts';
import { addRbac } from './commands/rbac.ts';
import { addReport } from './commands/report.ts';
import { addRun } from './commands/run.ts';
import { addScenarios } from './commands/scenarios.ts';
import { addTrials } from './commands/trials.ts';
import { addUp } from './commands/up.ts';
import { addValidate } from './commands/validate.ts';
import { UsageError, printError } from './print-error.ts';

/**
 * Runs one command line and resolves with the exit code. The only place where errors are printed.
 *
 * @param argv The words after `openbell`.
 */
export async function main(argv: string[], context: Context = processContext()): Promise<number> {
  try {
    await parser(argv, context).parseAsync();
    return context.exitCode;
  } catch (error) {
    printError(error, context);
    return exitCodeOf(error);
  }
}

function parser(argv: string[], context: Context): Argv {
  const addCommands = [
    addRun,
    addTrials,
    addCompare,
    addValidate,
    addScenarios,
    addReport,
    addExport,
    addCapacity,
    addUp,
    addDown,
    addDoctor,
    addRbac,
    addClean,
  ];
  const base = yargs(argv)
    .scriptName('openbell')
    .usage(
      'openbell rings the opening bell on a Kubernetes cluster and measures what happens.\n\n  $0 <command>',
    )
    .version(packageJson.version)
    .alias({ h: 'help', V: 'version' })
    .wrap(Math.min(100, context.stdout.columns ?? 100))
    .demandCommand(1, 1, 'which command?')
    .recommendCommands()
    .strict()
    .middleware(lastOfTwo, true)
    .showHelpOnFail(false)
    .exitProcess(false)
    .fail((message, error) => {
      // What an option's check throws reaches this place without its class.
      if (error === undefined || error.name === 'YError') throw new UsageError(error?.message ?? message);
      throw error;
    })
    .epilogue('Begin with: openbell run market-open\nExit codes, scenario files, definitions: docs/');
  return addCommands.reduce((soFar, add) => add(soFar, context), base);
}

/**
 * Of an option that is given twice the last one wins, as in most commands, unless it is one of those that take several. yargs
 * has a setting for this, but it makes the last win of those too, and of `validate`'s files.
 */
function lastOfTwo(argv: Record<string, unknown>, command?: Argv): void {
  const { array } = (command as unknown as { getOptions(): { array: string[] } }).getOptions();
  for (const [key, value] of Object.entries(argv)) {
    // yargs names `--fail-on` also failOn, but knows only the first to take several.
    const name = key.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    if (key !== '_' && Array.isArray(value) && !array.includes(name)) argv[key] = value.at(-1) as unknown;
  }
}

function exitCodeOf(error: unknown): number {
  if (error instanceof OpenbellError) return error.exitCode;
  return error instanceof UsageError ? exitCodes.usage : exitCodes.unexpected;
}
