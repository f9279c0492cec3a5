import path from 'node:path';
import type { Findings } from '../analysis/index.ts';
import type { Cluster, ClusterProvider } from '../cluster/index.ts';
import type { RunEnd } from '../journal/index.ts';
import type { Scenario } from '../scenario/index.ts';
import { OpenbellError, exitCodes, messageOf } from '../support/index.ts';
import type { Workload } from '../workload/index.ts';
import type { KeptCluster, RunContext } from './context.ts';
import { deploy } from './deploy.ts';
import { drive } from './drive.ts';
import type { RunObserver } from './observer.ts';
import { openRun } from './open-run.ts';
import { provision } from './provision.ts';
import { recover, requireFaultsLanded } from './recover.ts';
import { renderFromJournal } from './report.ts';
import { writeReportsIndex } from './reports-index.ts';
import { writeAtomically } from './run-folder.ts';
import { reachSteadyState } from './steady-state.ts';

/** What is to be run, where, and who may end it. */
export interface RunOptions {
  scenario: Scenario;
  provider: ClusterProvider;
  /** Folder in which the run's own folder is made. */
  outDir: string;
  /** Name of the run's own folder; made of the scenario's name and the time when left out. */
  folderName?: string;
  /** The provider's cluster is used again after this run: its namespace goes with it. */
  shared?: boolean;
  /** A namespace that is there already, to be used in the place of one of the run's own. */
  namespace?: string | undefined;
  /** Writes what became of each request to requests.csv in the run's folder. */
  ledger?: boolean;
  /** Every random choice follows from it; left out: the scenario's, else one that is drawn and journaled. */
  seed?: number | undefined;
  /** The cluster and what was deployed outlive the run. */
  keep: boolean;
  /** Ends the run cleanly: traffic stops, what was done is undone, the report says what was seen; exit code 105. */
  signal: AbortSignal;
  /** Ends the run at once: nothing is waited for any more. */
  hardSignal: AbortSignal;
  observer?: RunObserver;
  /** `monotonicMs()` at the run's origin, usually the start of the process; now when left out. */
  startedAtMs?: number;
}

/** What a run came to. */
export interface RunResult {
  exitCode: number;
  findings: Findings;
  /** The run's own folder, with journal.ndjson, report.html and result.json. */
  outDir: string;
  /** What ended the run before its time, for the command line to print; null when nothing did. */
  failure: OpenbellError | null;
  /** The cluster that was left running, as was asked for. */
  kept: KeptCluster | null;
}

/**
 * Plays one scenario on a cluster of its own: provision → deploy → steady state → traffic and faults → recover → clean up →
 * report. Whatever fails on the way, what was done is undone and a report is written of what was seen.
 *
 * @throws {OpenbellError} only when there is no report to speak of: the workload is unsound, the folder or the report cannot
 *   be written.
 */
export async function runScenario(options: RunOptions): Promise<RunResult> {
  const { signal, hardSignal } = options;
  const { context, workload } = await openRun(options);
  const { journal, steps } = context;
  const conducted = await conduct(context, options.provider, workload).then(
    () => null,
    (error: unknown) => ({ error }),
  );
  // What failed because the cluster was gone says less than why it was gone.
  const broken = context.lost.signal.aborted ? { error: context.lost.signal.reason as unknown } : conducted;
  // A person's interruption is the cause of whatever failed after it.
  const interruption = [signal, hardSignal].find(({ aborted }) => aborted);
  const ending = endingOf(broken, interruption);
  await steps.step('clean-up', () => steps.undoAll(hardSignal));
  journal.record(ending.event);
  journal.close();
  const { findings } = await renderFromJournal(context.folder);
  await writeReportsIndex(path.dirname(context.folder));
  const exitCode = ending.event.exitCode ?? findings.exitCode;
  const { folder, kept } = context;
  const result: RunResult = { exitCode, findings, outDir: folder, failure: ending.failure, kept };
  options.observer?.onDone?.(result);
  return result;
}

async function conduct(context: RunContext, provider: ClusterProvider, workload: Workload): Promise<void> {
  const { steps } = context;
  const provisioned = await steps.step('provision', () => provision(context, provider, workload));
  try {
    const deployed = await steps.step('deploy', () => deploy(context, provisioned, workload));
    await steps.step('steady-state', () => reachSteadyState(context, deployed, workload));
    const driven = await steps.step('traffic', () => drive(context, provisioned, deployed, workload));
    context.lost.signal.throwIfAborted();
    await steps.step('recover', () => recover(context, provisioned, deployed, driven, workload));
    requireFaultsLanded(driven);
  } catch (error) {
    const { signal, lost } = context;
    if (!signal.aborted || lost.signal.aborted) await keepLogs(context, provisioned.cluster);
    throw error;
  }
}

/** What the cluster's own processes said goes with the cluster; after a failure it is what one wants to read. */
async function keepLogs({ folder, journal }: RunContext, cluster: Cluster): Promise<void> {
  try {
    const logs = await cluster.logs(200);
    const text = Object.entries(logs).map(([name, lines]) => `── ${name}\n${lines}\n`);
    await writeAtomically(path.join(folder, 'cluster.log'), text.join('\n'));
  } catch (error) {
    const message = `The cluster's logs could not be kept: ${messageOf(error)}`;
    journal.record({ type: 'note', level: 'info', message });
  }
}

function endingOf(
  broken: { error: unknown } | null,
  interruption: AbortSignal | undefined,
): { event: Omit<RunEnd, 't'>; failure: OpenbellError | null } {
  if (interruption !== undefined) {
    const event = { type: 'run.end', reason: 'interrupted', exitCode: exitCodes.interrupted } as const;
    const { reason } = interruption as { reason: unknown };
    // Without a reason of its own an abort only says that it was one.
    const told = reason instanceof Error && reason.name !== 'AbortError';
    return { event: told ? { ...event, message: reason.message } : event, failure: null };
  }
  if (broken === null) return { event: { type: 'run.end', reason: 'completed' }, failure: null };
  const failure =
    broken.error instanceof OpenbellError
      ? broken.error
      : new OpenbellError(messageOf(broken.error), { code: 'RUN_FAILED', cause: broken.error });
  const { exitCode } = failure;
  return {
    event: { type: 'run.end', reason: 'failed', message: failure.message, exitCode },
    failure,
  };
}
