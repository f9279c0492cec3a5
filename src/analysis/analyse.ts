import { balanceOf } from './balance.ts';
import { headlinesOf } from './advice/headlines.ts';
import { recommendationsOf } from './advice/recommend.ts';
import { doubtsOf, trustInWords } from './doubts.ts';
import { objectSpeedupOf, speedupOf } from './timers.ts';
import { customersOf } from './customers/customers.ts';
import { evaluate } from './evaluate.ts';
import type { Analyse, Findings } from './findings.ts';
import { faultFindings } from './healing/faults.ts';
import { autoscalerOf } from './hpa/explain.ts';
import { marksOf, nodeCountsOf, nodeLivesOf, replicasOf, timelineOf } from './lanes.ts';
import { followPods, lifeOf } from './pods.ts';
import { Recording, type RunRecord } from './record.ts';
import { reroutingOf } from './rerouting.ts';
import { scalingOf } from './decisions.ts';
import { autoscalingOf } from './scaling/scaling.ts';
import {
  accountingOf,
  checksOf,
  connectionsOf,
  firstAnswerOf,
  modelOf,
  secondPoints,
  trafficOf,
} from './traffic.ts';
import { trustOf } from './trust.ts';
import { judge } from './verdict.ts';
import { whatIfOf } from './whatif/whatif.ts';

/**
 * Derives everything a report says from a run's journal; pure.
 *
 * @throws {OpenbellError} `JOURNAL_INVALID` when the first event is not the start of a run. Readers check that.
 */
export const analyse: Analyse = (events, problems = []) => {
  const recording = new Recording();
  for (const event of events) recording.take(event);
  return findingsOf(recording, problems);
};

/** The same of a run that was taken in event by event. @throws {OpenbellError} As {@link analyse}. */
export function findingsOf(recording: Recording, problems: readonly string[] = []): Findings {
  const record = recording.record();
  const traffic = trafficOf(record);
  const { seconds, requests, latencyMs, availability, generator } = traffic;
  const tracks = followPods(record, seconds);
  const pods = tracks.all.map(lifeOf);
  const nodes = nodeLivesOf(record);
  const scaling = scalingOf(record);
  const faults = faultFindings(record, tracks, seconds);
  const rerouting = reroutingOf(record, tracks, { seconds, faults });
  const customers = customersOf(record, traffic, faults);
  const replicas = replicasOf(record);
  const autoscaling = autoscalingOf(record, tracks, { traffic, faults, scaling, replicas });
  const autoscaler = autoscalerOf(record, tracks);
  const balance = balanceOf(record, pods, seconds);
  const accounting = accountingOf(record, seconds);
  const trusted = trustOf({ record, traffic, faults, pods, accounting, problems });
  const { doubts, distrust: doubted } = doubtsOf(record, traffic, faults);
  const distrust = [...trusted.distrust, ...doubted];
  const notes = [...doubts, ...trusted.notes];

  const whatIf = whatIfOf(record, { autoscaler, autoscaling, replicas, pods, faults, seconds });
  const figures = {
    durationMs: record.endMs,
    trafficStartMs: traffic.startMs,
    trafficEndMs: traffic.endMs,
    requests,
    latencyMs,
    availability,
    generator,
    replicas,
    nodeCounts: nodeCountsOf(record),
    pods,
    scaling,
    autoscaling,
    autoscaler,
    whatIf,
    faults,
    customers,
    rerouting,
  };
  const expectations = evaluate(record, figures);
  return {
    run: record.start,
    plan: record.of('run.plan')[0] ?? null,
    cluster: clusterOf(record),
    ...judge(record, { ...figures, expectations, distrust }),
    distrust,
    trust: trustInWords(distrust, doubts),
    headlines: headlinesOf({ ...figures, balance, seconds }),
    recommendations: recommendationsOf({
      ...figures,
      speedup: speedupOf(record),
      objectSpeedup: objectSpeedupOf(record),
      probePeriodMs: record.of('k8s.deployment').at(-1)?.template?.readiness?.periodMs ?? null,
    }),
    notes,
    ...figures,
    firstAnswerMs: firstAnswerOf(record, seconds),
    statuses: traffic.statuses,
    checks: checksOf(record, seconds),
    model: modelOf(record, seconds),
    connectionPolicy: connectionsOf(record),
    balance,
    accounting,
    seconds: secondPoints(traffic),
    nodes,
    expectations,
    marks: marksOf(record, scaling, nodes),
    timeline: timelineOf(record),
    journal: {
      complete: record.of('run.end').length > 0,
      events: record.events.length,
      problems: [...problems],
    },
  };
}

function clusterOf(record: RunRecord): Findings['cluster'] {
  const ready = record.of('cluster.ready').at(-1);
  if (!ready) return null;
  const { provider, kubernetesVersion, timings, notFollowed, facts } = ready;
  return { provider, kubernetesVersion, timings, notFollowed, facts };
}
