import type { KubeObject, Scale } from '../../../objects.ts';
import {
  printRequirements,
  requirementsOf,
  type LabelSelectorSpec,
} from '../../../../../kubernetes/selector.ts';
import type { Draft } from '../kinds/strategy.ts';

/** What scalable objects have in common. */
interface Scalable extends KubeObject {
  spec?: { replicas?: number; selector?: LabelSelectorSpec };
  status?: { replicas?: number };
}

/** The `scale` subresource of a Deployment or ReplicaSet. */
export function scaleOf(object: KubeObject): Scale {
  const { metadata = {}, spec, status } = object as Scalable;
  const { name, namespace, uid, resourceVersion, creationTimestamp } = metadata;
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: {
      ...(name !== undefined && { name }),
      ...(namespace !== undefined && { namespace }),
      ...(uid !== undefined && { uid }),
      ...(resourceVersion !== undefined && { resourceVersion }),
      ...(creationTimestamp !== undefined && { creationTimestamp }),
    },
    spec: { replicas: spec?.replicas ?? 0 },
    status: {
      replicas: status?.replicas ?? 0,
      selector: printRequirements(requirementsOf(spec?.selector ?? {})),
    },
  };
}

/** The object with what its changed `scale` subresource says. */
export function withScale(object: Draft, scale: Scale): KubeObject {
  const resourceVersion = scale.metadata?.resourceVersion;
  return {
    ...object,
    metadata: { ...object.metadata, ...(resourceVersion !== undefined && { resourceVersion }) },
    spec: { ...(object as Scalable).spec, replicas: scale.spec?.replicas ?? 0 },
  } as KubeObject;
}
