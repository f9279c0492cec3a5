import { existsSync } from 'node:fs';
import path from 'node:path';
import type { V1EnvVar } from '@kubernetes/client-node';
import type { ProcessImage } from '../cluster/index.ts';
import type { Deployment, HorizontalPodAutoscaler, Service } from '../kubernetes/index.ts';
import { OpenbellError } from '../support/index.ts';
import { layOutImageContext } from './image-context.ts';
import { runLabel, type RunContext } from './run-context.ts';
import { sampleApiFolder, sampleApiMain } from './sample-api-source.ts';
import type { AutoscalerSpec, SampleApiSpec } from './spec.ts';

/** The image's name and tag; not `latest`, which Kubernetes would try to pull each time. */
export const sampleApiImageName = 'openbell/sample-api:1';

/** Where the container listens and what the Service calls that port. */
const containerPort = 8080;
const portName = 'http';

/** What the manifests need besides the spec. */
export interface SampleApiOptions extends RunContext {
  /** Name of the Deployment, the Service and the autoscaler. */
  name: string;
  /** The image its pods run. */
  image: string;
}

/** The sample API's objects, in the order in which they are to be created: Service, Deployment, autoscaler if any. */
export function sampleApiManifests(
  spec: SampleApiSpec,
  options: SampleApiOptions,
): (Service | Deployment | HorizontalPodAutoscaler)[] {
  const objects = [service(options), deployment(spec, options)];
  return spec.autoscaler === null ? objects : [...objects, autoscaler(spec.autoscaler, options)];
}

function metadata({ name, namespace, runId }: SampleApiOptions): {
  name: string;
  namespace: string;
  labels: Record<string, string>;
} {
  return {
    name,
    namespace,
    labels: { ...podLabels({ name, runId }), 'app.kubernetes.io/managed-by': 'openbell' },
  };
}

/** What the Service and the Deployment select by. */
function podLabels({ name, runId }: Pick<SampleApiOptions, 'name' | 'runId'>): Record<string, string> {
  return { 'app.kubernetes.io/name': name, [runLabel]: runId };
}

function service(options: SampleApiOptions): Service {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: metadata(options),
    spec: {
      type: 'NodePort',
      selector: podLabels(options),
      ports: [{ name: portName, port: 80, targetPort: portName, protocol: 'TCP' }],
    },
  };
}

function deployment(spec: SampleApiSpec, options: SampleApiOptions): Deployment {
  const labels = podLabels(options);
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: metadata(options),
    spec: {
      replicas: spec.replicas,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels: { ...labels, 'app.kubernetes.io/managed-by': 'openbell' } },
        spec: {
          terminationGracePeriodSeconds: spec.terminationGraceSeconds,
          containers: [
            {
              name: 'sample-api',
              image: options.image,
              imagePullPolicy: 'IfNotPresent',
              ports: [{ name: portName, containerPort }],
              env: environment(spec),
              resources: {
                requests: { cpu: `${spec.cpuRequestMilli}m`, memory: '64Mi' },
                ...(spec.cpuLimitMilli === null ? {} : { limits: { cpu: `${spec.cpuLimitMilli}m` } }),
              },
              // Until it has answered once it is only starting, however many others start at the same time.
              startupProbe: {
                httpGet: { path: '/livez', port: portName },
                periodSeconds: spec.startupPeriodSeconds,
                timeoutSeconds: 10,
                failureThreshold: 150,
              },
              readinessProbe: {
                httpGet: { path: '/readyz', port: portName },
                periodSeconds: spec.readinessPeriodSeconds,
                timeoutSeconds: 5,
                failureThreshold: 3,
              },
              // Patient: a pod that is merely busy must not be restarted, that would take its capacity away as well.
              livenessProbe: {
                httpGet: { path: '/livez', port: portName },
                periodSeconds: 10,
                timeoutSeconds: 10,
                failureThreshold: 6,
              },
            },
          ],
        },
      },
    },
  };
}

/**
 * The container's environment. `PORT` and `HOST` are left to the image and the cluster: a container has an address of
 * its own, a process shares its machine's.
 */
function environment(spec: SampleApiSpec): V1EnvVar[] {
  const fromPod = (name: string, fieldPath: string): V1EnvVar => ({
    name,
    valueFrom: { fieldRef: { fieldPath } },
  });
  return [
    fromPod('POD_NAME', 'metadata.name'),
    fromPod('POD_IP', 'status.podIP'),
    fromPod('NODE_NAME', 'spec.nodeName'),
    { name: 'QUOTE_WORK_MS', value: String(spec.quoteWorkMs) },
    { name: 'ORDERS_WAIT_MS', value: String(spec.ordersWaitMs) },
    { name: 'STARTUP_DELAY_MS', value: String(spec.startupDelayMs) },
    { name: 'DRAIN_MS', value: String(spec.drainMs) },
  ];
}

function autoscaler(spec: AutoscalerSpec, options: SampleApiOptions): HorizontalPodAutoscaler {
  return {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: metadata(options),
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: options.name },
      minReplicas: spec.minReplicas,
      maxReplicas: spec.maxReplicas,
      metrics: [
        {
          type: 'Resource',
          resource: {
            name: 'cpu',
            target: { type: 'Utilization', averageUtilization: spec.targetCpuUtilization },
          },
        },
      ],
      ...(spec.behavior === null ? {} : { behavior: spec.behavior }),
    },
  };
}

/**
 * The sample API as a program that the embedded cluster runs in the place of its container image.
 *
 * @throws {OpenbellError} `SAMPLE_API_MISSING` when its source is not where it belongs.
 */
export function sampleApiImage(): ProcessImage {
  const workingDir = sampleApiFolder();
  const main = path.join(workingDir, sampleApiMain());
  if (!existsSync(main)) {
    throw new OpenbellError(`expected the sample API at ${main}, but there is no such file`, {
      code: 'SAMPLE_API_MISSING',
      hint: 'Install openbell again; from a clone: git checkout sample-api',
    });
  }
  return {
    name: sampleApiImageName,
    command: ['node', main],
    workingDir,
    env: { NODE_ENV: 'production' },
    layOut: layOutImageContext,
  };
}
