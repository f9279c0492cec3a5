import type { Findings, LatencySummary } from '../analysis/index.ts';
import { answersOf } from './result-answers.ts';
import type { Result } from './result-schema.ts';

/** The findings as `result.json` holds them, for scripts; `docs/result.schema.json` describes it. */
export function resultOf(findings: Findings): Result {
  const { run, cluster, verdict, exitCode, requests, latencyMs, generator } = findings;
  return {
    scenario: run.scenario.name,
    startedAt: run.originWall,
    seed: run.seed,
    speedup: cluster === null ? null : (cluster.timings['speedup'] ?? 1),
    provider: cluster?.provider ?? null,
    verdict,
    exitCode,
    durationMs: rounded(findings.durationMs),
    requests: {
      scheduled: requests.scheduled,
      ok: requests.ok,
      httpError: requests.http_error,
      timeout: requests.timeout,
      refused: requests.refused,
      reset: requests.reset,
      dropped: requests.dropped,
    },
    model: findings.model.kind,
    sessions: sessionsOf(findings.model),
    checks: findings.checks,
    latencyMs: { service: latency(latencyMs.service), response: latency(latencyMs.response) },
    pods: findings.pods.map((pod) => ({
      name: pod.name,
      node: pod.node,
      createdMs: rounded(pod.createdMs),
      readyMs: rounded(pod.readyMs),
      firstServedMs: rounded(pod.firstServedMs),
      deletedMs: rounded(pod.deletedMs),
      served: pod.served,
    })),
    faults: findings.faults.map((fault) => ({
      name: fault.id,
      type: fault.type,
      target: fault.target,
      injectedMs: rounded(fault.injectedMs),
      landedMs: rounded(fault.landedMs),
      reactionMs: rounded(fault.reactionMs),
      repairMs: rounded(fault.repairMs),
      recoveryMs: rounded(fault.recoveryMs),
      outageMs: rounded(fault.outageMs),
      lost: fault.lost,
    })),
    scaling: findings.scaling.map(({ atMs, from, to, reason }) => ({
      atMs: rounded(atMs),
      from,
      to,
      reason,
    })),
    expectations: findings.expectations.map(({ rule, observed, held }) => ({
      rule,
      // Sums and differences of instants carry noise in their last digits.
      observed: observed === null ? null : Number(observed.toPrecision(12)),
      held,
    })),
    ...(findings.plan?.trialExpectations === undefined
      ? {}
      : { trialExpectations: findings.plan.trialExpectations }),
    generator: {
      latenessP99Ms: rounded(generator.latenessP99Ms),
      saturatedSeconds: generator.saturatedSeconds,
      threads: generator.threads,
    },
    ...answersOf(findings),
  };
}

function sessionsOf({ session }: Findings['model']): Result['sessions'] {
  if (session === null) return null;
  const { started, completed, broken } = session;
  return { started, completed, broken };
}

function latency({ p50, p90, p99, max }: LatencySummary): LatencySummary {
  return { p50: rounded(p50), p90: rounded(p90), p99: rounded(p99), max: rounded(max) };
}

/** To microseconds; finer than anything that is measured. */
function rounded<T extends number | null>(ms: T): T {
  return (ms === null ? null : Math.round(ms * 1000) / 1000) as T;
}
