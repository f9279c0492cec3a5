/** The pods of a Job. Pure. */
import { resources } from '../../../api.ts';
import type { Job, Pod } from '../../../objects.ts';
import { controllerReference } from '../machinery/owners.ts';
import { trackingFinalizer } from './counts.ts';
import { indexKey } from './indexes.ts';

type Container = NonNullable<Pod['spec']>['containers'][number];

/** A new pod; `index` is the completion index of an Indexed Job's. */
export function podOf(job: Job, index: number | undefined): Pod {
  const { metadata = {}, spec } = job.spec?.template ?? {};
  const { name = '', namespace } = job.metadata ?? {};
  const indexed = index === undefined ? {} : { [indexKey]: String(index) };
  const labels = { ...metadata.labels, ...indexed };
  const annotations = { ...metadata.annotations, ...indexed };
  return {
    metadata: {
      generateName: index === undefined ? `${name}-` : `${name}-${index}-`,
      ...(namespace && { namespace }),
      labels,
      ...(Object.keys(annotations).length > 0 && { annotations }),
      finalizers: [...(metadata.finalizers ?? []), trackingFinalizer],
      ownerReferences: [controllerReference(job, resources.jobs)],
    },
    ...(spec && { spec: index === undefined ? spec : indexedSpec(spec, `${name}-${index}`) }),
  };
}

/** Tells every container its index by the variable JOB_COMPLETION_INDEX. */
function indexedSpec(spec: NonNullable<Pod['spec']>, hostname: string): NonNullable<Pod['spec']> {
  const variable = {
    name: 'JOB_COMPLETION_INDEX',
    valueFrom: { fieldRef: { fieldPath: `metadata.labels['${indexKey}']` } },
  };
  const withIndex = (container: Container): Container =>
    (container.env ?? []).some(({ name }) => name === variable.name)
      ? container
      : { ...container, env: [...(container.env ?? []), variable] };
  return {
    ...spec,
    hostname: spec.hostname ?? hostname,
    containers: spec.containers.map(withIndex),
    ...(spec.initContainers && { initContainers: spec.initContainers.map(withIndex) }),
  };
}
