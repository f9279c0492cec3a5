/** Defaults of pods and pod templates (Kubernetes' core/v1 defaults). */
import type { Pod, PodTemplateSpec } from '../../../objects.ts';

type PodSpec = NonNullable<Pod['spec']>;
type Container = PodSpec['containers'][number];
type Probe = NonNullable<Container['livenessProbe']>;

/** Completes the pod spec of a template. */
export function applyTemplateDefaults(template: PodTemplateSpec): void {
  template.metadata ??= {};
  if (template.spec !== undefined) applyPodSpecDefaults(template.spec);
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
  container.imagePullPolicy ??= isLatest(container.image ?? '') ? 'Always' : 'IfNotPresent';
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

/** Images without a tag or digest, or tagged `latest`, are pulled anew each time. */
function isLatest(image: string): boolean {
  if (image.includes('@')) return false;
  const tag = /:([^/:]+)$/.exec(image)?.[1];
  return tag === undefined || tag === 'latest';
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
