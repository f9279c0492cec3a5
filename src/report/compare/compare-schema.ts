import { z } from 'zod';

const number = z.number().describe("In the measure's unit.");

const side = z.strictObject({
  label: z.string().describe("The folder's name."),
  scenario: z.string(),
  runs: z.int().min(0).describe('Runs that were read.'),
  used: z.int().min(0).describe('Runs that enter the comparison.'),
  trusted: z.boolean().describe('Whether the figures of this side can be trusted.'),
});

const summary = z
  .strictObject({
    n: z.int().min(0),
    median: number,
    interval: z
      .strictObject({ low: number, high: number })
      .nullable()
      .describe("The median's 95 % interval; null for fewer than six values."),
  })
  .nullable()
  .describe('Null where no run has a value.');

/** What `openbell compare --json` prints; `docs/compare.schema.json` is made from it. */
export const comparisonSchema = z
  .strictObject({
    a: side,
    b: side,
    verdict: z.enum(['passed', 'failed', 'untrusted']),
    verdictSentence: z.string(),
    exitCode: z.int().describe("The command's exit code."),
    answer: z
      .array(z.string())
      .describe('Which side serves customers better and what it takes, in sentences; empty for single runs.'),
    differences: z.array(
      z.strictObject({
        name: z.string().describe('The measure; docs/definitions.md says what it is.'),
        unit: z.enum(['ms', 'count', 'ratio', 'price']),
        a: summary,
        b: summary,
        difference: number.nullable().describe("B's median less A's; null where it is not known."),
        interval: z
          .strictObject({ low: number, high: number })
          .nullable()
          .describe("The difference's 95 % interval; null for fewer than six values on a side."),
        p: z.number().nullable().describe('Of the rank test; null for fewer than two values on a side.'),
        adjustedP: z.number().nullable().describe('The same, adjusted for the number of measures tested.'),
        judgement: z
          .enum(['better', 'worse', 'other', 'not shown', 'same', 'single', 'unknown'])
          .describe(
            'Of B. other: it differs, and neither way is better; not shown: chance may explain it; single: one run on a side.',
          ),
        problem: z.string().nullable().describe('Why nothing can be said, if so.'),
      }),
    ),
    gates: z
      .array(z.strictObject({ rule: z.string(), held: z.boolean(), reason: z.string() }))
      .describe('The limits that were given (--fail-on).'),
    unlike: z
      .array(z.strictObject({ what: z.string(), a: z.string(), b: z.string() }))
      .describe('Circumstances that are not the same on both sides.'),
  })
  .describe('Two runs or sets of trials compared. What each figure means: docs/definitions.md.');

/** What `openbell compare --json` prints. */
export type ComparisonResult = z.infer<typeof comparisonSchema>;
