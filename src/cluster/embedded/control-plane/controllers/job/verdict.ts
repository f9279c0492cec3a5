/** Whether a Job is over, and how many pods it should have. Pure. */
import type { Job } from '../../../objects.ts';
import { parseTimestamp } from '../machinery/timestamps.ts';
import type { Progress } from './counts.ts';

/** Why a Job ends. */
export interface Verdict {
  type: 'Complete' | 'Failed';
  reason: string;
  message: string;
}

/** The Job's end, or undefined while it goes on. `speedup` divides its deadline. */
export function verdictOf(
  job: Job,
  progress: Progress,
  { wallMs, speedup }: { wallMs: number; speedup: number },
): Verdict | undefined {
  const spec = job.spec;
  const target = decidedBefore(job);
  if (target !== undefined) return target;
  const restarts = spec?.template?.spec?.restartPolicy === 'OnFailure' ? restartsOf(progress) : 0;
  if (
    progress.failed > (spec?.backoffLimit ?? 6) ||
    (restarts > 0 && restarts >= (spec?.backoffLimit ?? 6))
  ) {
    const message = 'Job has reached the specified backoff limit';
    return { type: 'Failed', reason: 'BackoffLimitExceeded', message };
  }
  const leftMs = deadlineLeftMs(job, wallMs, speedup);
  if (leftMs !== undefined && leftMs <= 0) {
    const message = 'Job was active longer than specified deadline';
    return { type: 'Failed', reason: 'DeadlineExceeded', message };
  }
  const isEnough =
    spec?.completions === undefined
      ? progress.succeeded > 0 && progress.active.length === 0
      : progress.succeeded >= spec.completions;
  if (!isEnough) return undefined;
  const message = 'Reached expected number of succeeded pods';
  return { type: 'Complete', reason: 'CompletionsReached', message };
}

/** What was decided while pods were still on their way out. */
function decidedBefore({ status }: Job): Verdict | undefined {
  for (const [type, target] of [
    ['Complete', 'SuccessCriteriaMet'],
    ['Failed', 'FailureTarget'],
  ] as const) {
    const condition = status?.conditions?.find((it) => it.type === target && it.status === 'True');
    if (condition !== undefined)
      return { type, reason: condition.reason ?? '', message: condition.message ?? '' };
  }
  return undefined;
}

/** How long until the deadline passes; undefined where there is none. */
export function deadlineLeftMs({ spec, status }: Job, wallMs: number, speedup: number): number | undefined {
  const startedMs = parseTimestamp(status?.startTime);
  if (spec?.activeDeadlineSeconds === undefined || startedMs === undefined || spec.suspend) return undefined;
  return startedMs + (spec.activeDeadlineSeconds * 1000) / speedup - wallMs;
}

function restartsOf({ active }: Progress): number {
  return active
    .flatMap(({ status }) => [...(status?.containerStatuses ?? []), ...(status?.initContainerStatuses ?? [])])
    .reduce((total, { restartCount }) => total + restartCount, 0);
}

/** How many pods should be active now. */
export function wantedPods({ spec }: Job, { active, succeeded }: Progress): number {
  if (spec?.suspend === true) return 0;
  const parallelism = spec?.parallelism ?? 1;
  if (spec?.completions === undefined)
    return succeeded > 0 ? Math.min(active.length, parallelism) : parallelism;
  return Math.max(0, Math.min(parallelism, spec.completions - succeeded));
}
