import {
  newHistory,
  recordScale,
  scalingBehaviour,
  tame,
  type ScalingHistory,
} from '../../../../../autoscaler/index.ts';
import { messageOf } from '../../../../../support/index.ts';
import { requirementsOf, selects } from '../../../../../kubernetes/selector.ts';
import { resources, type ResourceType } from '../../../api.ts';
import type { Deployment, HorizontalPodAutoscaler, ReplicaSet } from '../../../objects.ts';
import { runController, type ControllerContext, type Running } from '../machinery/controller.ts';
import { keyOf, refOf } from '../machinery/owners.ts';
import { writeStatus } from '../machinery/status.ts';
import { timestamp } from '../machinery/timestamps.ts';
import { Conditions } from './conditions.ts';
import { evaluate, type Evaluation } from './evaluate.ts';

type Target = Deployment | ReplicaSet;

/** One look at an autoscaler. */
interface Look {
  key: string;
  autoscaler: HorizontalPodAutoscaler;
  conditions: Conditions;
}

/** What a look has come to. */
interface Decision {
  desired: number;
  /** As the Event SuccessfulRescale gives it. */
  reason: string;
  statuses: Evaluation['statuses'];
}

/** Scales Deployments and ReplicaSets by what their pods use, once per sync period. */
export function startHorizontalPodAutoscalerController(context: ControllerContext): Running {
  const { api, clock, timings } = context;
  const options = { name: 'horizontalpodautoscaler', component: 'horizontal-pod-autoscaler' };
  return runController(context, options, ({ follow, queue, events }) => {
    const histories = new Map<string, ScalingHistory>();
    const autoscalers = follow(resources.horizontalPodAutoscalers, {
      // Like later looks, the first comes one period from now; changes of the spec wait for the next look.
      added: (autoscaler) => queue.addAfter(keyOf(autoscaler), timings.hpaSyncPeriodMs),
      deleted: (autoscaler) => histories.delete(keyOf(autoscaler)),
    });
    const pods = follow(resources.pods);
    return async (key) => {
      const { namespace, name } = refOf(key);
      const autoscaler = autoscalers.get(namespace, name);
      if (autoscaler === undefined) return;
      queue.addAfter(key, timings.hpaSyncPeriodMs);
      const now = timestamp(clock.wall(), timings.speedup);
      await reconcile({ key, autoscaler, conditions: new Conditions(autoscaler.status?.conditions, now) });
    };

    async function reconcile(look: Look): Promise<void> {
      const { key, autoscaler, conditions } = look;
      const target = await readTarget(look);
      if (target === undefined) return writeLook(look, {});
      const current = target.object.spec?.replicas ?? 1;
      if (!histories.has(key)) histories.set(key, newHistory(current, clock.now()));
      const decision = await decide(look, target.object, current);
      if (decision === undefined) return;
      const { desired, reason, statuses } = decision;
      if (desired === current)
        return writeLook(look, {
          currentReplicas: current,
          desiredReplicas: current,
          currentMetrics: statuses,
        });
      try {
        await api.patch(target.type, refOf(target.key), { spec: { replicas: desired } }, 'scale');
      } catch (error) {
        const why = messageOf(error);
        events.warning(autoscaler, 'FailedRescale', `New size: ${desired}; reason: ${reason}; error: ${why}`);
        const message = `the HPA controller was unable to update the target scale: ${why}`;
        conditions.set('AbleToScale', { status: false, reason: 'FailedUpdateScale', message });
        await writeLook(look, {
          currentReplicas: current,
          desiredReplicas: current,
          currentMetrics: statuses,
        });
        throw error;
      }
      events.normal(autoscaler, 'SuccessfulRescale', `New size: ${desired}; reason: ${reason}`);
      const message = `the HPA controller was able to update the target scale to ${desired}`;
      conditions.set('AbleToScale', { status: true, reason: 'SucceededRescale', message });
      const history = histories.get(key) ?? newHistory(current, clock.now());
      histories.set(
        key,
        recordScale(history, { from: current, to: desired }, behaviourOf(autoscaler), clock.now()),
      );
      const lastScaleTime = timestamp(clock.wall(), timings.speedup);
      await writeLook(look, {
        currentReplicas: current,
        desiredReplicas: desired,
        currentMetrics: statuses,
        lastScaleTime,
      });
    }

    async function readTarget({
      autoscaler,
      conditions,
    }: Look): Promise<{ object: Target; type: ResourceType<Target>; key: string } | undefined> {
      const { kind, name } = autoscaler.spec?.scaleTargetRef ?? { kind: '', name: '' };
      const namespace = autoscaler.metadata?.namespace;
      try {
        const type = scalableTypes[kind];
        if (type === undefined) throw new Error(`no scalable kind "${kind}" is served`);
        const object = await api.get(type, { namespace, name });
        const message = "the HPA controller was able to get the target's current scale";
        conditions.set('AbleToScale', { status: true, reason: 'SucceededGetScale', message });
        return { object, type, key: `${namespace}/${name}` };
      } catch (error) {
        const why = messageOf(error);
        events.warning(autoscaler, 'FailedGetScale', why);
        const message = `the HPA controller was unable to get the target's current scale: ${why}`;
        conditions.set('AbleToScale', { status: false, reason: 'FailedGetScale', message });
        return undefined;
      }
    }

    /** @returns undefined when nothing can be decided; the status then says why. */
    async function decide(look: Look, target: Target, current: number): Promise<Decision | undefined> {
      const { key, autoscaler, conditions } = look;
      const { minReplicas = 1, metrics: specs = [] } = autoscaler.spec ?? {};
      const maxReplicas = autoscaler.spec?.maxReplicas ?? 1;
      if (current === 0 && minReplicas !== 0) {
        const message = 'scaling is disabled since the replica count of the target is zero';
        conditions.set('ScalingActive', { status: false, reason: 'ScalingDisabled', message });
        return { desired: 0, reason: '', statuses: [] };
      }
      if (current > maxReplicas) {
        return {
          desired: maxReplicas,
          reason: 'Current number of replicas above Spec.MaxReplicas',
          statuses: [],
        };
      }
      if (current < minReplicas) {
        return {
          desired: minReplicas,
          reason: 'Current number of replicas below Spec.MinReplicas',
          statuses: [],
        };
      }
      const { proposal, statuses, unavailable } = await measure(autoscaler, target, current);
      for (const { reason, message } of unavailable) events.warning(autoscaler, reason, message);
      const [first] = unavailable;
      if (proposal === undefined) {
        const why = first?.message ?? 'no metrics';
        const context = first === undefined ? '' : `${first.context}: `;
        const message = `the HPA was unable to compute the replica count: ${why}`;
        conditions.set('ScalingActive', {
          status: false,
          reason: first?.reason ?? 'InvalidMetricSourceType',
          message,
        });
        events.warning(
          autoscaler,
          'FailedComputeMetricsReplicas',
          `invalid metrics (${unavailable.length} invalid out of ${specs.length}), first error is: ${context}${why}`,
        );
        await writeLook(look, { currentReplicas: current, currentMetrics: statuses });
        return undefined;
      }
      const message = `the HPA was able to successfully calculate a replica count from ${proposal.metric}`;
      conditions.set('ScalingActive', { status: true, reason: 'ValidMetricFound', message });
      const tamed = tame(
        { proposed: proposal.replicas, currentReplicas: current },
        {
          minReplicas,
          maxReplicas,
          behaviour: behaviourOf(autoscaler),
          downscaleStabilizationMs: timings.hpaDownscaleStabilizationMs,
        },
        histories.get(key) ?? newHistory(current, clock.now()),
        clock.now(),
      );
      histories.set(key, tamed.history);
      conditions.set('AbleToScale', tamed.ableToScale);
      conditions.set('ScalingLimited', tamed.scalingLimited);
      const reason =
        proposal.replicas > current ? `${proposal.metric} above target` : 'All metrics below target';
      return { desired: tamed.replicas, reason, statuses };
    }

    async function measure(
      autoscaler: HorizontalPodAutoscaler,
      target: Target,
      current: number,
    ): Promise<Evaluation> {
      const namespace = autoscaler.metadata?.namespace ?? '';
      const selector = requirementsOf(target.spec?.selector ?? {});
      const { items } = await api.list(resources.podMetrics, { namespace });
      return evaluate(autoscaler.spec?.metrics ?? [], {
        pods: pods
          .list()
          .filter(({ metadata }) => metadata?.namespace === namespace && selects(selector, metadata.labels)),
        metrics: items,
        rules: {
          currentReplicas: current,
          tolerances: { up: timings.hpaTolerance, down: timings.hpaTolerance },
          nowMs: clock.wall(),
          cpuInitializationMs: timings.hpaCpuInitializationMs,
          initialReadinessDelayMs: timings.hpaInitialReadinessDelayMs,
        },
      });
    }

    function behaviourOf({ spec }: HorizontalPodAutoscaler): ReturnType<typeof scalingBehaviour> {
      const downscaleStabilizationMs = timings.hpaDownscaleStabilizationMs;
      return scalingBehaviour(spec?.behavior, { downscaleStabilizationMs, speedup: timings.speedup });
    }

    async function writeLook({ autoscaler, conditions }: Look, changes: object): Promise<void> {
      const observedGeneration = autoscaler.metadata?.generation;
      const status = {
        ...autoscaler.status,
        ...changes,
        ...(observedGeneration !== undefined && { observedGeneration }),
        conditions: conditions.list(),
      } as NonNullable<HorizontalPodAutoscaler['status']>;
      await writeStatus(api, resources.horizontalPodAutoscalers, autoscaler, status, [
        'desiredReplicas',
        'currentReplicas',
        'currentMetrics',
      ]);
    }
  });
}

const scalableTypes: Record<string, ResourceType<Target>> = {
  Deployment: resources.deployments,
  ReplicaSet: resources.replicaSets,
};
