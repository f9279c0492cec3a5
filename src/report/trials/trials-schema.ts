import { z } from 'zod';

const number = z.number().describe("In the measure's unit.");

/** What `trials.json` holds; `docs/trials.schema.json` is made from it. */
export const trialsSchema = z
  .strictObject({
    scenario: z.string().describe("The scenario's name."),
    provider: z.string().nullable(),
    cluster: z.enum(['fresh', 'reused']).describe('Whether each trial had a cluster of its own.'),
    startedAt: z.string().optional().describe('When the first trial began, ISO 8601; older files lack it.'),
    seed: z.number().describe("The trials' seeds follow from it."),
    speedup: z.number(),
    verdict: z.enum(['passed', 'failed', 'untrusted', 'interrupted', 'error']),
    verdictSentence: z.string(),
    exitCode: z.int().describe("The command's exit code."),
    planned: z.int().describe('Trials that were asked for.'),
    endedEarly: z
      .string()
      .nullable()
      .describe('Why fewer were enough; null when all were made or something went wrong.'),
    trials: z.array(
      z.strictObject({
        number: z.int().min(1),
        seed: z.number(),
        folder: z.string().describe("The run's folder, beside this file."),
        verdict: z.enum(['passed', 'failed', 'untrusted', 'interrupted', 'error']),
        exitCode: z.int(),
        durationMs: z.number(),
        counts: z.boolean().describe('Whether its figures enter the statistics.'),
        values: z
          .record(z.string(), z.number().nullable())
          .describe(
            "By the measure's name, in its unit: ms, a count, a share from 0 to 1, or an amount of money; null where it is not known.",
          ),
      }),
    ),
    measures: z.array(
      z.strictObject({
        name: z.string(),
        unit: z.enum(['ms', 'count', 'ratio', 'price']),
        n: z.int().min(0).describe('Trials that count and have a value.'),
        missing: z.int().min(0).describe('Trials that count but have none.'),
        min: number.nullable(),
        q1: number.nullable(),
        median: number.nullable(),
        q3: number.nullable(),
        max: number.nullable(),
        mean: number.nullable(),
        interval: z
          .strictObject({ low: number, high: number })
          .nullable()
          .describe("The median's 95 % interval; null for fewer than six values."),
      }),
    ),
    expectations: z.array(
      z.strictObject({
        rule: z.string(),
        observed: number.nullable(),
        held: z.boolean(),
        problem: z.string().nullable(),
      }),
    ),
  })
  .describe('Repeated trials of one scenario. What each figure means: docs/definitions.md.');

/** What `trials.json` holds. */
export type TrialsResult = z.infer<typeof trialsSchema>;
