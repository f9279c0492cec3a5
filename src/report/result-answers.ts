import type { Findings, LoadStepFinding, ScalingStage } from '../analysis/index.ts';
import type { Result } from './result-schema.ts';

type Answers = Pick<
  Result,
  'trust' | 'headlines' | 'recommendations' | 'customers' | 'autoscaling' | 'autoscaler' | 'whatIf'
>;

/** What follows from the figures, as `result.json` holds it. */
export function answersOf(findings: Findings): Answers {
  const { trust, headlines, recommendations, customers, autoscaling, autoscaler, whatIf } = findings;
  const { apdex, budget, lost } = customers;
  const { elasticity, cost, calibration, loadSteps } = autoscaling;
  return {
    trust: { level: trust.level, doubts: trust.doubts },
    headlines: headlines.map(({ text }) => text),
    recommendations: recommendations.map(({ answers, change, gain, basis }) => ({
      answers,
      change,
      requests: gain.requests,
      ms: gain.ms,
      basis,
    })),
    customers: {
      availability: customers.availability,
      apdex: apdex === null ? null : { score: apdex.score, thresholdMs: apdex.thresholdMs },
      errorBudget: { goal: budget.goal, allowed: budget.allowed, spent: budget.spent },
      unexplained: lost
        .filter(({ cause }) => cause === 'unexplained')
        .reduce((sum, { count }) => sum + count, 0),
    },
    autoscaling: {
      podCapacityPerSecond: calibration?.requestsPerSecond ?? null,
      loadSteps: loadSteps.map(stepOf),
      elasticity:
        elasticity === null
          ? null
          : {
              underAccuracy: elasticity.underAccuracy,
              overAccuracy: elasticity.overAccuracy,
              underTimeshare: elasticity.underTimeshare,
              overTimeshare: elasticity.overTimeshare,
              instability: elasticity.instability,
              jitterPerHour: elasticity.jitterPerHour,
            },
      podSeconds: cost.podSeconds,
      cost: { pods: cost.pods, lost: cost.lost },
    },
    autoscaler:
      autoscaler.agreement === null
        ? null
        : {
            looks: autoscaler.agreement.looks,
            utilizationsCompared: autoscaler.agreement.utilization.compared,
            utilizationsSame: autoscaler.agreement.utilization.same,
            decisionsCompared: autoscaler.agreement.decision.compared,
            decisionsSame: autoscaler.agreement.decision.same,
          },
    whatIf:
      whatIf === null || whatIf.model.unfit !== null
        ? null
        : whatIf.variants.map(({ change, morePodSeconds, fewerBadRequests }) => ({
            change,
            morePodSeconds,
            fewerBadRequests,
          })),
  };
}

function stepOf(step: LoadStepFinding): NonNullable<Answers['autoscaling']>['loadSteps'][number] {
  const { fromMs, fromRate, toRate, stages, lost, slow } = step;
  const since = (stage: ScalingStage, which: 'firstMs' | 'allMs'): number | null => {
    const at = stages.find((one) => one.stage === stage)?.[which] ?? null;
    return at === null ? null : Math.round((at - fromMs) * 1000) / 1000;
  };
  return {
    atMs: fromMs,
    fromRate,
    toRate,
    visibleMs: since('visible in metrics', 'firstMs'),
    decisionMs: since('decision', 'firstMs'),
    firstServedMs: since('first request served', 'firstMs'),
    inRotationMs: since('in rotation', 'allMs'),
    lost,
    slow,
  };
}
