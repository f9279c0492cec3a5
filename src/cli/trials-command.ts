import { formatMetric, type Trial } from '../analysis/index.ts';
import { runTrials, type RunObserver, type TrialAhead, type TrialsObserver } from '../harness/index.ts';
import { trialsResultOf, trialsSummaryOf } from '../report/index.ts';
import { loadScenario } from '../scenario/index.ts';
import { formatDuration, formatPlural, monotonicMs } from '../support/index.ts';
import { wantsColor, type Context } from './context.ts';
import { interruptible } from './interruptible.ts';
import { askWhatIsMeant, providerFor, type WhereRequest } from './providers.ts';
import { openInBrowser } from './terminal/open.ts';
import { runView, type RunView } from './terminal/view.ts';

/** What `openbell trials` was asked for. */
export interface TrialsRequest extends WhereRequest {
  scenario: string;
  count: number;
  until?: string | undefined;
  expect: string[];
  cluster: 'fresh' | 'reused';
  seed?: number | undefined;
  speedup?: number | undefined;
  out?: string | undefined;
  json: boolean;
  open: boolean;
}

/** Repeated runs, watched on standard error; the summary, or trials.json, goes to standard output. */
export async function trialsCommand(given: TrialsRequest, context: Context): Promise<void> {
  const { stdout, stderr, env } = context;
  const request = await askWhatIsMeant(given, context);
  const provider = providerFor(request);
  const { speedup, on } = request;
  const scenario = await loadScenario(request.scenario, { on, ...(speedup !== undefined && { speedup }) });
  for (const warning of scenario.warnings) stderr.write(`warning: ${warning}\n`);

  const interruption = interruptible(context, 'trials');
  const watch = watching(context, scenario.name);
  try {
    const result = await runTrials({
      scenario,
      provider,
      namespace: request.namespace,
      folder: request.out ?? null,
      count: request.count,
      cluster: request.cluster,
      expect: request.expect,
      until: request.until ?? null,
      seed: request.seed,
      signal: interruption.clean,
      hardSignal: interruption.hard,
      observer: watch.observer,
    });
    watch.close();
    const { findings, about, reportPath, folder } = result;
    if (request.json) {
      stdout.write(`${JSON.stringify(trialsResultOf(findings, about), null, 2)}\n`);
    } else {
      const color = wantsColor(stdout, env);
      stdout.write(`${trialsSummaryOf(findings, { color, reportPath, width: stdout.columns ?? 80 })}\n`);
    }
    if (findings.verdict === 'interrupted') {
      const same = `openbell trials ${request.scenario} --count ${request.count} --out ${folder}`;
      stderr.write(`go on with: ${same}\n`);
    }
    if (request.open) openInBrowser(reportPath);
    context.exitCode = findings.exitCode;
    if (result.failure !== null) throw result.failure;
  } finally {
    watch.close();
    interruption.over();
  }
}

/** A line for each trial; on a terminal the trial that goes on as well. */
function watching({ stderr, env }: Context, scenario: string): { observer: TrialsObserver; close(): void } {
  const color = wantsColor(stderr, env);
  let view: RunView | null = null;
  const close = (): void => {
    view?.close();
    view = null;
  };
  const onTerminal = (ahead: TrialAhead): RunObserver => {
    const startedAt = monotonicMs();
    const above = `trial ${ahead.number} of ${ahead.count}${left(ahead)}`;
    const shown = runView({ output: stderr, color, now: () => monotonicMs() - startedAt, above });
    view = shown;
    return {
      onEvent: (event) => shown.event(event),
      onTick: (tick) => shown.tick(tick),
      onProgress: (message) => shown.progress(message),
    };
  };
  return {
    close,
    observer: {
      onFolder(folder, done) {
        const so = done.length === 0 ? '' : `, ${formatPlural(done.length, 'trial')} done before`;
        stderr.write(`trials of ${scenario} in ${folder}${so}\n`);
      },
      onTrialStart: (ahead) => (stderr.isTTY === true ? onTerminal(ahead) : {}),
      onTrialDone(trial, ahead) {
        close();
        stderr.write(`trial ${trial.number} of ${ahead.count}: ${told(trial)}${left(ahead)}\n`);
      },
    },
  };
}

function told({ verdict, durationMs, values }: Trial): string {
  const outages = Object.entries(values)
    .filter(([name]) => /^fault\..*\.outage$/.test(name))
    .map(
      ([name, { value }]) =>
        `${name.slice('fault.'.length)} ${value === null ? 'not known' : formatMetric(value, 'ms')}`,
    );
  return [`${verdict} in ${formatDuration(durationMs)}`, ...outages.slice(0, 3)].join(', ');
}

function left({ leftMs }: TrialAhead): string {
  return leftMs === null || leftMs === 0 ? '' : `; about ${formatDuration(leftMs)} to go`;
}
