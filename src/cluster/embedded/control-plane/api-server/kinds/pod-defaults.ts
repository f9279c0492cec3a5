/** Defaults of pods and pod templates (Kubernetes' core/v1 defaults). */
import type { Pod, PodTemplateSpec } from '../../../objects.ts';
import { imageTag } from './image-name.ts';

type PodSpec = NonNullable<Pod['spec']>;
type Container = PodSpec['containers'][number];
type Probe = NonNullable<Container['livenessProbe']>;

/** Completes the template of a ReplicaSet or Deployment; one that is missing becomes an empty one. */
export function applyTemplateDefaults(spec: { template?: PodTemplateSpec }): void {
  spec.template ??= {};
  spec.template.metadata ??= {};
  spec.template.spec ??= {} as NonNullable<PodTemplateSpec['spec']>;
  applyPodSpecDefaults(spec.template.spec);
}

export function applyPodSpecDefaults(spec: PodSpec): void {
  spec.restartPolicy ??= 'Always';
  spec.terminationGracePeriodSeconds ??= 30;
  spec.dnsPolicy ??= 'ClusterFirst';
  spec.schedulerName ??= 'default-scheduler';
  spec.securityContext ??= {};
  for (const container of [...(spec.initContainers ?? []), ...(spec.containers ?? [])]) {
    applyContainerDefaults(container);
  }
  for (const volume of spec.volumes ?? []) {
    if (Object.keys(volume).every((field) => field === 'name')) volume.emptyDir = {};
    for (const source of [volume.configMap, volume.secret, volume.downwardAPI, volume.projected]) {
      if (source !== undefined) source.defaultMode ??= 0o644;
    }
  }
}

function applyContainerDefaults(container: Container): void {
  container.resources ??= {};
  const { limits, requests } = container.resources;
  // A limit without a request is the request, too.
  if (limits !== undefined) container.resources.requests = { ...limits, ...requests };
  container.imagePullPolicy ??= imageTag(container.image ?? '') === 'latest' ? 'Always' : 'IfNotPresent';
  container.terminationMessagePath ??= '/dev/termination-log';
  container.terminationMessagePolicy ??= 'File';
  for (const port of container.ports ?? []) port.protocol ??= 'TCP';
  for (const variable of container.env ?? []) {
    if (variable.valueFrom?.fieldRef !== undefined) variable.valueFrom.fieldRef.apiVersion ??= 'v1';
  }
  for (const probe of [container.livenessProbe, container.readinessProbe, container.startupProbe]) {
    if (probe !== undefined) applyProbeDefaults(probe);
  }
}

function applyProbeDefaults(probe: Probe): void {
  probe.timeoutSeconds ||= 1;
  probe.periodSeconds ||= 10;
  probe.successThreshold ||= 1;
  probe.failureThreshold ||= 3;
  if (probe.httpGet !== undefined) {
    probe.httpGet.path ||= '/';
    probe.httpGet.scheme ||= 'HTTP';
  }
}
