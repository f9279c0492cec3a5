import type { ProcessImage } from '../cluster/index.ts';

/** What is deployed: the sample API with its knobs, or the user's own manifests. Values only. */
export type WorkloadSpec = SampleApiSpec | ManifestsSpec;

export interface SampleApiSpec {
  kind: 'sample-api';
  replicas: number;
  cpuRequestMilli: number;
  /** null: no limit. */
  cpuLimitMilli: number | null;
  /** CPU work of one `GET /quote`. */
  quoteWorkMs: number;
  /** Simulated I/O wait of `GET /orders`. */
  ordersWaitMs: number;
  startupDelayMs: number;
  /** How long a pod still takes new connections after SIGTERM; real time, the speed-up does not touch it. */
  drainMs: number;
  /** Nominal seconds, as in a pod's spec: the cluster's speed-up divides them. */
  startupPeriodSeconds: number;
  readinessPeriodSeconds: number;
  terminationGraceSeconds: number;
  /** null: no autoscaler. */
  autoscaler: AutoscalerSpec | null;
}

export interface AutoscalerSpec {
  minReplicas: number;
  maxReplicas: number;
  /** Percent of the CPU request. */
  targetCpuUtilization: number;
  /** autoscaling/v2 `behavior`, passed through; null leaves Kubernetes' defaults. */
  behavior: object | null;
}

export interface ManifestsSpec {
  kind: 'manifests';
  /** Kubernetes objects, parsed from the user's files, in order. */
  objects: { apiVersion: string; kind: string; metadata: { name: string } & Record<string, unknown> }[];
  /** Programs that stand for images on the embedded cluster. */
  images: ProcessImage[];
  /** Which Service receives the traffic and which of its ports. */
  service: string;
  port: number | null;
}
