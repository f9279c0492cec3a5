/** How a strategic merge patch treats the fields of each kind: the patchStrategy and patchMergeKey tags of Kubernetes' types. */

/** How one field is patched; fields that are not named merge as maps and are replaced as lists. */
export interface MergeSchema {
  strategy?: 'merge' | 'replace';
  /** What tells the elements of a merged list apart; merged lists without one hold text or numbers. */
  mergeKey?: string;
  /** Of the object, or of each element of the list. */
  fields?: Record<string, MergeSchema>;
}

function listBy(mergeKey: string, fields: Record<string, MergeSchema> = {}): MergeSchema {
  return { strategy: 'merge', mergeKey, fields };
}

const conditions = listBy('type');

const metadata: MergeSchema = {
  fields: { ownerReferences: listBy('uid'), finalizers: { strategy: 'merge' } },
};

const containers = listBy('name', {
  ports: listBy('containerPort'),
  env: listBy('name'),
  volumeMounts: listBy('mountPath'),
  volumeDevices: listBy('devicePath'),
});

const podSpec: MergeSchema = {
  fields: {
    containers,
    initContainers: containers,
    ephemeralContainers: containers,
    volumes: listBy('name'),
    imagePullSecrets: listBy('name'),
    hostAliases: listBy('ip'),
    topologySpreadConstraints: listBy('topologyKey'),
    schedulingGates: listBy('name'),
    resourceClaims: listBy('name'),
  },
};

const template: MergeSchema = { fields: { metadata, spec: podSpec } };

const byKind: Record<string, Record<string, MergeSchema>> = {
  Pod: {
    spec: podSpec,
    status: {
      fields: {
        conditions,
        podIPs: listBy('ip'),
        hostIPs: { strategy: 'replace' },
      },
    },
  },
  Node: {
    spec: { fields: { podCIDRs: { strategy: 'merge' } } },
    status: { fields: { conditions, addresses: listBy('type') } },
  },
  Service: { spec: { fields: { ports: listBy('port') } }, status: { fields: { conditions } } },
  Namespace: { status: { fields: { conditions } } },
  Deployment: { spec: { fields: { template } }, status: { fields: { conditions } } },
  ReplicaSet: { spec: { fields: { template } }, status: { fields: { conditions } } },
  Job: { spec: { fields: { template } }, status: { fields: { conditions } } },
  HorizontalPodAutoscaler: { status: { fields: { conditions } } },
  PodDisruptionBudget: {
    spec: { fields: { selector: { strategy: 'replace' } } },
    status: { fields: { conditions } },
  },
};

/** The schema of a kind's objects. */
export function mergeSchemaOf(kind: string): MergeSchema {
  return { fields: { metadata, ...byKind[kind] } };
}
