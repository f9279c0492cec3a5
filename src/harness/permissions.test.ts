import { describe, expect, it } from 'vitest';
import { permissionsFor, rolesFor, type PermissionNeeds } from './permissions.ts';

const needs: PermissionNeeds = {
  objects: [
    { apiVersion: 'v1', kind: 'Service' },
    { apiVersion: 'apps/v1', kind: 'Deployment' },
    { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy' },
    { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress' },
  ],
  faults: [],
  makesNamespace: false,
  trafficFromCluster: false,
};
const of = (over: Partial<PermissionNeeds> = {}) =>
  new Map(
    permissionsFor({ ...needs, ...over }).map(({ scope, group, resource, verbs }) => [
      `${scope} ${resource}${group === '' ? '' : `.${group}`}`,
      verbs.toSorted().join(' '),
    ]),
  );

describe('what a run needs to be allowed', () => {
  it('is all in its namespace', () => {
    expect([...of().keys()].filter((key) => !key.startsWith('namespace '))).toEqual([]);
  });

  it('follows from the workload’s objects, each resource once', () => {
    expect(of().get('namespace services')).toBe('create delete get list patch');
    expect(of().get('namespace deployments.apps')).toBe('create delete get list patch watch');
    expect(of().has('namespace networkpolicies.networking.k8s.io')).toBe(true);
    expect(of().has('namespace ingresses.networking.k8s.io')).toBe(true);
  });

  it('is no more than to see pods, unless faults kill them', () => {
    expect(of().get('namespace pods')).toBe('get list watch');
    expect(of({ faults: [{ type: 'kill-pod' }] }).get('namespace pods')).toBe('delete get list watch');
  });

  it('includes the nodes where faults choose among them, and changing them only to drain', () => {
    expect(of({ faults: [{ type: 'kill-node' }] }).get('cluster nodes')).toBe('list watch');
    const drain = of({ faults: [{ type: 'drain-node' }] });
    expect(drain.get('cluster nodes')).toBe('list patch watch');
    expect(drain.get('namespace pods/eviction')).toBe('create');
  });

  it('includes namespaces only where the run makes its own', () => {
    expect(of().get('namespace namespaces')).toBe('get');
    expect(of({ makesNamespace: true }).get('cluster namespaces')).toBe('create delete get patch');
  });
});

describe('the roles that grant it', () => {
  const roles = (faults: PermissionNeeds['faults']) =>
    rolesFor(permissionsFor({ ...needs, faults }), { namespace: 'lab', serviceAccount: 'bell' });

  it('are a Role and its binding', () => {
    expect(roles([])).toMatchObject([
      { kind: 'Role', metadata: { namespace: 'lab' } },
      {
        kind: 'RoleBinding',
        roleRef: { kind: 'Role', name: 'openbell' },
        subjects: [{ kind: 'ServiceAccount', name: 'bell', namespace: 'lab' }],
      },
    ]);
  });

  it('are a ClusterRole besides only where nodes are chosen', () => {
    const kinds = roles([{ type: 'drain-node' }]).map(({ kind }) => kind);
    expect(kinds).toEqual(['Role', 'RoleBinding', 'ClusterRole', 'ClusterRoleBinding']);
  });
});
