import { z } from 'zod';

const ms = z.number().nullable().describe('Milliseconds; null where that was not seen.');
const instant = z.number().describe("Milliseconds since the run's origin.");
const count = z.int().min(0);
const share = z.number().describe('Share: 1 is 100 %.');

/** What follows from the figures: keys of `result.json` that came later and may be missing. */
export const answersSchema = {
  trust: z
    .strictObject({
      level: z.enum(['trusted', 'doubtful', 'untrusted']),
      doubts: z.array(z.string()).describe('What lowers the trust without taking it away.'),
    })
    .optional()
    .describe('How far the figures may be believed.'),
  headlines: z.array(z.string()).optional().describe('The findings that matter most, at most three.'),
  recommendations: z
    .array(
      z.strictObject({
        answers: z.string().describe("The finding that it answers: a fault's id, or `scaling`."),
        change: z.string(),
        requests: count.nullable().describe('Requests that would not have been lost or slow; computed.'),
        ms: ms.describe('Bad service or delay less, ms; computed.'),
        basis: z.string().describe('What the gain is computed from.'),
      }),
    )
    .optional()
    .describe('What to change, and what it would have bought; the largest gain first.'),
  customers: z
    .strictObject({
      availability: share.nullable(),
      apdex: z.strictObject({ score: z.number(), thresholdMs: z.number() }).nullable(),
      errorBudget: z.strictObject({ goal: share, allowed: z.number(), spent: count }),
      unexplained: count.describe('Requests that did not end ok and that no fault explains.'),
    })
    .optional()
    .describe('What the run was like for those who sent the requests.'),
  autoscaling: z
    .strictObject({
      podCapacityPerSecond: z.number().nullable().describe('Requests per second that one pod is good for.'),
      loadSteps: z.array(
        z.strictObject({
          atMs: instant,
          fromRate: z.number(),
          toRate: z.number(),
          visibleMs: ms.describe('Since the step: visible in the metrics.'),
          decisionMs: ms.describe('Since the step: the first decision.'),
          firstServedMs: ms.describe('Since the step: a new pod served its first request.'),
          inRotationMs: ms.describe('Since the step: all new pods were in rotation.'),
          lost: count,
          slow: count,
        }),
      ),
      elasticity: z
        .strictObject({
          underAccuracy: share,
          overAccuracy: share,
          underTimeshare: share,
          overTimeshare: share,
          instability: share,
          jitterPerHour: z.number(),
        })
        .nullable()
        .describe('After SPEC RG, against the pods that the load needed.'),
      podSeconds: z.number(),
      cost: z.strictObject({ pods: z.number().nullable(), lost: z.number().nullable() }),
    })
    .optional()
    .describe('How the pods followed the load.'),
  autoscaler: z
    .strictObject({
      looks: count,
      utilizationsCompared: count,
      utilizationsSame: count,
      decisionsCompared: count,
      decisionsSame: count,
    })
    .nullable()
    .optional()
    .describe('How far its looks, recomputed, agree with what it did; null where they cannot be recomputed.'),
  whatIf: z
    .array(z.strictObject({ change: z.string(), morePodSeconds: z.number(), fewerBadRequests: z.int() }))
    .nullable()
    .optional()
    .describe(
      'The run replayed on paper with one thing changed: computed, not measured. Null where it cannot be, or where the replay misses the run itself by too much.',
    ),
} as const;
