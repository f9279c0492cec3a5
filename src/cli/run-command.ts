import { runScenario, type RunResult } from '../harness/index.ts';
import { resultOf, summaryOf } from '../report/index.ts';
import { loadScenario, type Scenario } from '../scenario/index.ts';
import { monotonicMs } from '../support/index.ts';
import { wantsColor, type Context } from './context.ts';
import { interruptible } from './interruptible.ts';
import { providerFor, type WhereRequest } from './providers.ts';
import { openInBrowser } from './terminal/open.ts';
import { runView } from './terminal/view.ts';

/** What `openbell run` was asked for. */
export interface RunRequest extends WhereRequest {
  scenario: string;
  out: string;
  speedup?: number | undefined;
  seed?: number | undefined;
  keep: boolean;
  json: boolean;
  open: boolean;
}

/** One run, watched on standard error; the summary, or result.json, goes to standard output. */
export async function runCommand(request: RunRequest, context: Context): Promise<void> {
  const { stdout, stderr, env } = context;
  const scenario = await loadScenario(
    request.scenario,
    request.speedup === undefined ? {} : { speedup: request.speedup },
  );
  for (const warning of scenario.warnings) stderr.write(`warning: ${warning}\n`);

  const result = await watchedRun(scenario, request, context);
  const reportPath = `${result.outDir}/report.html`;
  if (request.json) {
    stdout.write(`${JSON.stringify(resultOf(result.findings), null, 2)}\n`);
  } else {
    const color = wantsColor(stdout, env);
    stdout.write(`${summaryOf(result.findings, { color, reportPath, width: stdout.columns ?? 80 })}\n`);
  }
  if (request.open) openInBrowser(reportPath);
  context.exitCode = result.exitCode;
  if (result.failure !== null) throw result.failure;
}

async function watchedRun(scenario: Scenario, request: RunRequest, context: Context): Promise<RunResult> {
  const { stderr, env, startedAtMs } = context;
  const view = runView({
    output: stderr,
    color: wantsColor(stderr, env),
    now: () => monotonicMs() - startedAtMs,
  });
  const interruption = interruptible(context, 'run');
  try {
    return await runScenario({
      scenario,
      provider: providerFor(request),
      outDir: request.out,
      seed: request.seed,
      keep: request.keep,
      signal: interruption.clean,
      hardSignal: interruption.hard,
      startedAtMs,
      observer: {
        onEvent: (event) => view.event(event),
        onTick: (tick) => view.tick(tick),
        onProgress: (message) => view.progress(message),
      },
    });
  } finally {
    interruption.release();
    view.close();
  }
}
