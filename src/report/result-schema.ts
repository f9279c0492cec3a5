import { z } from 'zod';
import { answersSchema } from './result-answers-schema.ts';

const ms = z.number().describe('Milliseconds.');
const instant = z.number().describe("Milliseconds since the run's origin.");
const duration = z.number().min(0).nullable();
const maybeInstant = instant
  .nullable()
  .describe("Milliseconds since the run's origin; null where it did not happen.");
const count = z.int().min(0);

const latency = z.strictObject({
  p50: ms.nullable(),
  p90: ms.nullable(),
  p99: ms.nullable(),
  max: ms.nullable(),
});

/** What `result.json` holds; `docs/result.schema.json` is made from it. */
export const resultSchema = z
  .strictObject({
    scenario: z.string().describe("The scenario's name."),
    startedAt: z.string().describe("Wall-clock time of the run's origin, ISO 8601, UTC."),
    seed: z.number().describe('What every random choice of the run follows from.'),
    speedup: z
      .number()
      .nullable()
      .describe("By what Kubernetes' timers were divided; null when there was no cluster."),
    provider: z.string().nullable().describe('Where the cluster ran; null when none was provided.'),
    verdict: z
      .enum(['passed', 'failed', 'untrusted', 'interrupted', 'error'])
      .describe('passed: all expectations held, and the figures may be believed.'),
    exitCode: z.int().describe("The command's exit code, which follows from the verdict."),
    durationMs: ms.describe("From the run's origin to its last event."),
    requests: z
      .strictObject({
        scheduled: count.describe('Requests that were due; the outcomes sum to it.'),
        ok: count,
        httpError: count,
        timeout: count,
        refused: count,
        reset: count,
        dropped: count.describe('Due, but never sent.'),
      })
      .describe('Requests by outcome.'),
    model: z
      .enum(['open', 'closed'])
      .describe('open: requests arrived on a schedule. closed: they followed from answers to users.'),
    sessions: z
      .strictObject({
        started: count,
        completed: count.describe('Every step ended ok.'),
        broken: count.describe('A step did not; the rest were begun when traffic ended.'),
      })
      .nullable()
      .describe('Where requests are steps of sessions; null elsewhere.'),
    checks: z
      .array(
        z.strictObject({
          check: z.string().describe('`<request>: <rule>`.'),
          failed: count.describe('Answers that failed it; they are among httpError.'),
        }),
      )
      .describe('What answers were checked for.'),
    latencyMs: z
      .strictObject({
        service: latency.describe('From the send to the answer.'),
        response: latency.describe('From the instant the request was due to the answer.'),
      })
      .describe('Quantiles over all requests that ended ok; null without any.'),
    pods: z
      .array(
        z.strictObject({
          name: z.string(),
          node: z.string().nullable(),
          createdMs: maybeInstant,
          readyMs: maybeInstant.describe('When it was Ready for the first time.'),
          firstServedMs: maybeInstant.describe('When the client had the first answer of it.'),
          deletedMs: maybeInstant,
          served: count.describe('Answers of it that the client had.'),
        }),
      )
      .describe('Every pod of the workload, by creation.'),
    faults: z
      .array(
        z.strictObject({
          name: z.string().describe("The fault's id in the scenario."),
          type: z.string(),
          target: z.string().describe('Names of the pods or nodes that were hit, comma-separated.'),
          injectedMs: instant.describe(
            'The instant of the fault: its first pod was seen to end or, where that is not seen, just before the injection.',
          ),
          landedMs: maybeInstant.describe('When it was proven to have landed.'),
          reactionMs: duration.describe(
            'From the fault to the first change that Kubernetes made because of it.',
          ),
          repairMs: duration.describe('From the reaction until every replacement was Ready.'),
          recoveryMs: duration.describe('From the reaction until the service was good again.'),
          outageMs: duration.describe(
            'From the fault until the service was good again; 0 when it never was anything else.',
          ),
          lost: count.describe('Requests that did not end ok and are put down to this fault.'),
        }),
      )
      .describe(
        'Faults, in the order in which they were injected; durations are null where their end was not seen.',
      ),
    scaling: z
      .array(z.strictObject({ atMs: instant, from: count, to: count, reason: z.string() }))
      .describe('Changes of the number of replicas asked for.'),
    expectations: z
      .array(
        z.strictObject({
          rule: z.string().describe('As written in the scenario.'),
          observed: z
            .number()
            .nullable()
            .describe(
              "In the metric's unit: ms, a count, or a share from 0 to 1; null when it could not be observed.",
            ),
          held: z.boolean(),
        }),
      )
      .describe("The scenario's rules."),
    trialExpectations: z
      .array(z.string())
      .optional()
      .describe(
        "The scenario's rules on statistics, which are judged over trials only; left out where there is none.",
      ),
    generator: z
      .strictObject({
        latenessP99Ms: ms.nullable().describe('By how much sends were late, 99th percentile.'),
        saturatedSeconds: count.describe('Seconds of traffic that the generator itself spoiled.'),
        threads: z
          .strictObject({ count, reason: z.string().describe('Why so many, in words.') })
          .nullable()
          .describe('How many threads sent the traffic; null where that is not known.'),
      })
      .describe('How the load generator kept up.'),
    ...answersSchema,
  })
  .describe('The result of one run of openbell. What each figure means: docs/definitions.md.');

/** What `result.json` holds. */
export type Result = z.infer<typeof resultSchema>;
