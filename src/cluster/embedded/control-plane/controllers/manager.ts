import { startDeploymentController } from './deployment/index.ts';
import { startDisruptionController } from './disruption/index.ts';
import { startEndpointSliceController } from './endpointslice/index.ts';
import { startGarbageCollector } from './garbage-collector/index.ts';
import { startHorizontalPodAutoscalerController } from './hpa/index.ts';
import { startJobController } from './job/index.ts';
import type { ControllerContext, Running, StartController } from './machinery/controller.ts';
import { startNamespaceController } from './namespace/index.ts';
import { startNodeLifecycleController } from './node-lifecycle/index.ts';
import { startPodGarbageCollector } from './pod-gc.ts';
import { startTaintEvictionController } from './taint-eviction.ts';
import { startReplicaSetController } from './replicaset/index.ts';

/** Every controller by the name that kube-controller-manager gives it. */
const controllers = {
  'horizontal-pod-autoscaler-controller': startHorizontalPodAutoscalerController,
  'node-lifecycle-controller': startNodeLifecycleController,
  'taint-eviction-controller': startTaintEvictionController,
  'pod-garbage-collector-controller': startPodGarbageCollector,
  'endpointslice-controller': startEndpointSliceController,
  'deployment-controller': startDeploymentController,
  'replicaset-controller': startReplicaSetController,
  'job-controller': startJobController,
  'disruption-controller': startDisruptionController,
  'garbage-collector-controller': startGarbageCollector,
  'namespace-controller': startNamespaceController,
} as const satisfies Record<string, StartController>;

/** One of the {@link controllers}. */
export type ControllerName = keyof typeof controllers;

/** Starts all controllers. A new manager takes over where a stopped one left off. */
export function startControllerManager(context: ControllerContext): Running {
  const running = Object.values(controllers).map((start: StartController) => start(context));
  return {
    async stop() {
      await Promise.all(running.map((controller) => controller.stop()));
    },
  };
}
