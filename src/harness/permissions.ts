/** Pure: what a run asks of a cluster's API, and the roles that grant it. */
import { faultAims, type FaultSpec } from '../faults/index.ts';
import { kinds, type KubeObject } from '../kubernetes/index.ts';

/** Some verbs on one resource. */
export interface Permission {
  /** API group; '' is the core one. */
  group: string;
  /** With subresource: `pods/log`. */
  resource: string;
  verbs: readonly string[];
  scope: 'namespace' | 'cluster';
  /** What cannot be done without; completes "needed to …". */
  why: string;
  /** A run without it says less, but goes on. */
  optional?: boolean;
}

/** What the permissions follow from. */
export interface PermissionNeeds {
  objects: readonly KubeObject[];
  faults: readonly Pick<FaultSpec, 'type'>[];
  /** A namespace is made for the run; otherwise one that is there is used. */
  makesNamespace: boolean;
  /** Traffic comes from pods in the cluster. */
  trafficFromCluster: boolean;
}

/** Everything that a run needs to be allowed. */
export function permissionsFor({
  objects,
  faults,
  makesNamespace,
  trafficFromCluster,
}: PermissionNeeds): Permission[] {
  const ofNodes = faults.some(({ type }) => faultAims[type] === 'node');
  const drains = faults.some(({ type }) => type === 'drain-node');
  const killsPods = faults.some(({ type }) => faultAims[type] === 'pod');
  const inNamespace = (
    group: string,
    resource: string,
    verbs: readonly string[],
    why: string,
    optional = false,
  ): Permission => ({ group, resource, verbs, scope: 'namespace', why, ...(optional && { optional }) });
  const resources = new Map(
    objects.map((object) => [JSON.stringify(resourceOf(object)), resourceOf(object)]),
  );
  const merged = [
    makesNamespace
      ? ({
          group: '',
          resource: 'namespaces',
          verbs: ['create', 'get', 'delete', 'patch'],
          scope: 'cluster',
          why: "make the run's own namespace and remove it",
        } as const)
      : inNamespace('', 'namespaces', ['get'], "see that the namespace carries openbell's label"),
    ...[...resources.values()].map(({ group, resource }) =>
      inNamespace(
        group,
        resource,
        ['get', 'list', 'create', 'patch', 'delete'],
        'deploy the workload and remove it',
      ),
    ),
    inNamespace('', 'pods', ['get', 'list', 'watch'], "see the workload's pods"),
    inNamespace('apps', 'deployments', ['list', 'watch'], 'see the Deployment'),
    inNamespace('autoscaling', 'horizontalpodautoscalers', ['list', 'watch'], 'see the autoscaler'),
    inNamespace('discovery.k8s.io', 'endpointslices', ['list', 'watch'], 'see which pods are in rotation'),
    inNamespace('', 'events', ['list', 'watch'], 'see what happens'),
    inNamespace('metrics.k8s.io', 'pods', ['list'], "show the pods' CPU usage", true),
    inNamespace('', 'pods/proxy', ['get'], 'ask the pods what they counted', true),
    inNamespace(
      '',
      'pods/portforward',
      ['get', 'create'],
      'reach the Service where no other way in is found',
      true,
    ),
    inNamespace(
      'coordination.k8s.io',
      'leases',
      ['list', 'create', 'patch', 'delete'],
      'show whoever cleans up that the run is alive',
      true,
    ),
    ...(killsPods ? [inNamespace('', 'pods', ['delete'], 'kill pods of the workload')] : []),
    ...(trafficFromCluster
      ? [
          inNamespace(
            'batch',
            'jobs',
            ['get', 'list', 'create', 'patch', 'delete'],
            'run the load generators',
          ),
          inNamespace('', 'secrets', ['list', 'create', 'patch', 'delete'], 'tell them what to send'),
          inNamespace('', 'pods/proxy', ['get'], 'tell them when to start'),
          inNamespace('', 'pods/log', ['get'], 'read what the load generators measured'),
        ]
      : []),
    ...(drains ? [inNamespace('', 'pods/eviction', ['create'], 'evict pods of the workload')] : []),
    ...(ofNodes
      ? [
          {
            group: '',
            resource: 'nodes',
            verbs: ['list', 'watch', ...(drains ? ['patch'] : [])],
            scope: 'cluster',
            why: 'choose nodes for the faults and see what becomes of them',
          } as const,
        ]
      : []),
  ];
  return byResource(merged);
}

/** One permission per resource, so that a role can be read. */
function byResource(permissions: readonly Permission[]): Permission[] {
  const merged = new Map<string, Permission>();
  for (const each of permissions) {
    const key = `${each.scope} ${each.group}/${each.resource}`;
    const known = merged.get(key);
    if (known === undefined) merged.set(key, each);
    else {
      const verbs = [...new Set([...known.verbs, ...each.verbs])];
      const { optional: _optional, ...needed } = known;
      const stays = known.optional === true && each.optional === true;
      merged.set(key, {
        ...needed,
        verbs,
        why: `${known.why}, ${each.why}`,
        ...(stays && { optional: true }),
      });
    }
  }
  return [...merged.values()];
}

/** Where an object's kind is served; the plural of kinds we do not know follows from English, as Kubernetes' mostly do. */
function resourceOf({ apiVersion = 'v1', kind = '' }: KubeObject): { group: string; resource: string } {
  const group = apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : '';
  const known = Object.values(kinds).find((each) => each.kind === kind && each.apiVersion === apiVersion);
  return { group, resource: known?.plural ?? pluralOf(kind.toLowerCase()) };
}

function pluralOf(word: string): string {
  if (/[^aeiou]y$/.test(word)) return `${word.slice(0, -1)}ies`;
  return /(s|x|ch)$/.test(word) ? `${word}es` : `${word}s`;
}

/** The objects that grant the permissions to a subject, in the order in which they are to be applied. */
export function rolesFor(
  permissions: readonly Permission[],
  { namespace, serviceAccount }: { namespace: string; serviceAccount: string | null },
): KubeObject[] {
  const rules = (scope: Permission['scope']) =>
    permissions
      .filter((each) => each.scope === scope)
      .map(({ group, resource, verbs }) => ({
        apiGroups: [group],
        resources: [resource],
        verbs: [...verbs],
      }));
  const subjects =
    serviceAccount === null
      ? [{ kind: 'User', apiGroup: 'rbac.authorization.k8s.io', name: 'WHO' }]
      : [{ kind: 'ServiceAccount', name: serviceAccount, namespace }];
  const grant = (kind: 'Role' | 'ClusterRole'): KubeObject[] => {
    const granted = rules(kind === 'Role' ? 'namespace' : 'cluster');
    if (granted.length === 0) return [];
    const name = kind === 'Role' ? 'openbell' : `openbell-${namespace}`;
    const metadata = { name, ...(kind === 'Role' && { namespace }), labels: ownLabels };
    const apiVersion = 'rbac.authorization.k8s.io/v1';
    const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind, name };
    return [
      { apiVersion, kind, metadata, rules: granted } as KubeObject,
      { apiVersion, kind: `${kind}Binding`, metadata, roleRef, subjects } as KubeObject,
    ];
  };
  return [...grant('Role'), ...grant('ClusterRole')];
}

const ownLabels = { 'app.kubernetes.io/managed-by': 'openbell' };
