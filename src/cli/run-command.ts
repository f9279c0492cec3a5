import { stripVTControlCharacters } from 'node:util';
import type { ClusterProvider } from '../cluster/index.ts';
import { runScenario, serveMetrics, type RunResult } from '../harness/index.ts';
import { resultOf, summaryOf } from '../report/index.ts';
import { loadScenario, type Scenario } from '../scenario/index.ts';
import { monotonicMs } from '../support/index.ts';
import { wantsColor, type Context } from './context.ts';
import { interruptible } from './interruptible.ts';
import { askWhatIsMeant, providerFor, type WhereRequest } from './providers.ts';
import { printHint } from './print-error.ts';
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
  metricsPort?: number | undefined;
  ledger: boolean;
}

/** One run, watched on standard error; the summary, or result.json, goes to standard output. */
export async function runCommand(given: RunRequest, context: Context): Promise<void> {
  const { stdout, stderr, env } = context;
  const request = await askWhatIsMeant(given, context);
  // Said before the scenario is read: what is wrong with the options is found at once.
  const provider = providerFor(request);
  const { speedup, on } = request;
  const scenario = await loadScenario(request.scenario, { on, ...(speedup !== undefined && { speedup }) });

  const result = await watchedRun(scenario, { ...request, provider }, context);
  const { findings, failure, exitCode } = result;
  const reportPath = `${result.outDir}/report.html`;
  if (request.open) openInBrowser(reportPath);
  context.exitCode = exitCode;
  if (result.kept !== null) stderr.write(stillRuns(result.kept, on));
  if (request.json) {
    stdout.write(`${JSON.stringify(resultOf(findings), null, 2)}\n`);
    if (failure !== null) throw failure;
    return;
  }
  const width = stdout.columns ?? 80;
  const summary = summaryOf(findings, { color: wantsColor(stdout, env), reportPath, width });
  stdout.write(`${summary}\n`);
  if (failure === null) return;
  // A reason that is too long for the summary is told in full; else only what to do about it is left to say.
  if (!says(summary, findings.verdictSentence)) throw failure;
  printHint(failure, context);
}

function stillRuns({ name, kubeconfigPath }: NonNullable<RunResult['kept']>, on: RunRequest['on']): string {
  return (
    'the cluster still runs. Try:\n' +
    `  export KUBECONFIG=${kubeconfigPath}\n` +
    '  kubectl get pods --all-namespaces -o wide\n' +
    `  openbell down ${name}${on === 'embedded' ? '' : ` --on ${on}`}\n`
  );
}

/** Whether a text that was set in lines holds a sentence as a whole. */
function says(text: string, sentence: string): boolean {
  const inOneLine = (words: string): string => stripVTControlCharacters(words).replaceAll(/\s+/g, ' ');
  return inOneLine(text).includes(inOneLine(sentence));
}

async function watchedRun(
  scenario: Scenario,
  request: RunRequest & { provider: ClusterProvider },
  context: Context,
): Promise<RunResult> {
  const { stderr, env, startedAtMs } = context;
  const endpoint = request.metricsPort === undefined ? null : await serveMetrics(request.metricsPort);
  if (endpoint !== null) stderr.write(`metrics at ${endpoint.url.href}\n`);
  const view = runView({
    output: stderr,
    color: wantsColor(stderr, env),
    now: () => monotonicMs() - startedAtMs,
  });
  const interruption = interruptible(context, 'run');
  try {
    return await runScenario({
      scenario,
      provider: request.provider,
      namespace: request.namespace,
      outDir: request.out,
      seed: request.seed,
      keep: request.keep,
      ledger: request.ledger,
      signal: interruption.clean,
      hardSignal: interruption.hard,
      startedAtMs,
      observer: {
        onEvent(event) {
          view.event(event);
          endpoint?.observer.onEvent(event);
        },
        onTick(tick) {
          view.tick(tick);
          endpoint?.observer.onTick(tick);
        },
        onProgress: (message) => view.progress(message),
      },
    });
  } finally {
    interruption.over();
    await endpoint?.close();
    view.close();
  }
}
