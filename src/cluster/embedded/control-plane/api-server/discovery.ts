/** What is served, in the forms in which clients ask for it. All of it is fixed, so it is built once. */
import { followedVersion } from '../../config.ts';
import { kinds } from './kinds/registry.ts';
import type { Kind } from './kinds/strategy.ts';

const allVerbs = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];
const subresourceVerbs: Record<string, string[]> = {
  status: ['get', 'patch', 'update'],
  scale: ['get', 'patch', 'update'],
  finalize: ['update'],
  binding: ['create'],
  eviction: ['create'],
  log: ['get'],
};
const subresourceKinds: Record<string, { group: string; version: string; kind: string }> = {
  scale: { group: 'autoscaling', version: 'v1', kind: 'Scale' },
  binding: { group: '', version: 'v1', kind: 'Binding' },
  eviction: { group: 'policy', version: 'v1', kind: 'Eviction' },
};

interface GroupVersion {
  group: string;
  version: string;
  kinds: Kind[];
}

const groupVersions: GroupVersion[] = [];
for (const kind of kinds) {
  const { group, version } = kind.type;
  const known = groupVersions.find((other) => other.group === group && other.version === version);
  if (known === undefined) groupVersions.push({ group, version, kinds: [kind] });
  else known.kinds.push(kind);
}
const namedGroups = groupVersions.filter(({ group }) => group !== '');

/** The document at a path of discovery, or `undefined`. `aggregated`: the client asked for apidiscovery.k8s.io/v2. */
export function discoveryOf(path: string, aggregated: boolean): { type: string; body: unknown } | undefined {
  const json = 'application/json';
  if (path === '/version') return { type: json, body: versionInfo };
  if (aggregated && (path === '/api' || path === '/apis')) {
    return { type: `${json};g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList`, body: aggregate(path) };
  }
  if (path === '/api') return { type: json, body: { kind: 'APIVersions', versions: ['v1'] } };
  if (path === '/apis') {
    return { type: json, body: { kind: 'APIGroupList', apiVersion: 'v1', groups: namedGroups.map(groupOf) } };
  }
  const [root, first, second, ...rest] = path.split('/').slice(1);
  if (rest.length > 0) return undefined;
  const isCore = root === 'api' && second === undefined;
  const wanted = isCore ? { group: '', version: first } : { group: first, version: second };
  if (!isCore && root !== 'apis') return undefined;
  if (!isCore && second === undefined) {
    const group = namedGroups.find(({ group }) => group === first);
    return group && { type: json, body: { kind: 'APIGroup', apiVersion: 'v1', ...groupOf(group) } };
  }
  const found = groupVersions.find(
    ({ group, version }) => group === wanted.group && version === wanted.version,
  );
  return found && { type: json, body: resourceList(found) };
}

const [, major, minor] = /^v(\d+)\.(\d+)/.exec(followedVersion) ?? [];
const versionInfo = {
  major,
  minor,
  gitVersion: `${followedVersion}+openbell`,
  gitCommit: '',
  gitTreeState: 'clean',
  buildDate: '2026-01-01T00:00:00Z',
  goVersion: '',
  compiler: 'node',
  platform: `${process.platform}/${process.arch}`,
};

function groupOf({ group, version }: GroupVersion): object {
  const entry = { groupVersion: `${group}/${version}`, version };
  return { name: group, versions: [entry], preferredVersion: entry };
}

function resourceList({ group, version, kinds }: GroupVersion): object {
  return {
    kind: 'APIResourceList',
    apiVersion: 'v1',
    groupVersion: group === '' ? version : `${group}/${version}`,
    resources: kinds.flatMap(({ type, singular, shortNames, categories, verbs, subresources }) => [
      {
        name: type.plural,
        singularName: singular,
        namespaced: type.namespaced,
        kind: type.kind,
        verbs: verbs ?? allVerbs,
        ...(shortNames && { shortNames }),
        ...(categories && { categories }),
      },
      ...(subresources ?? []).map((name) => ({
        name: `${type.plural}/${name}`,
        singularName: '',
        namespaced: type.namespaced,
        kind: type.kind,
        verbs: subresourceVerbs[name] ?? [],
        ...subresourceKinds[name],
      })),
    ]),
  };
}

function aggregate(path: string): object {
  const groups = path === '/api' ? groupVersions.filter(({ group }) => group === '') : namedGroups;
  return {
    kind: 'APIGroupDiscoveryList',
    apiVersion: 'apidiscovery.k8s.io/v2',
    metadata: {},
    items: groups.map(({ group, version, kinds }) => ({
      metadata: { ...(group !== '' && { name: group }), creationTimestamp: null },
      versions: [
        {
          version,
          freshness: 'Current',
          resources: kinds.map(({ type, singular, shortNames, categories, verbs, subresources }) => ({
            resource: type.plural,
            responseKind: { group, version, kind: type.kind },
            scope: type.namespaced ? 'Namespaced' : 'Cluster',
            singularResource: singular,
            verbs: verbs ?? allVerbs,
            ...(shortNames && { shortNames }),
            ...(categories && { categories }),
            ...(subresources && {
              subresources: subresources.map((name) => ({
                subresource: name,
                responseKind: subresourceKinds[name] ?? { group, version, kind: type.kind },
                verbs: subresourceVerbs[name] ?? [],
              })),
            }),
          })),
        },
      ],
    })),
  };
}
