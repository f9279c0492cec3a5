/**
 * The part of OpenAPI v3 that kubectl reads before it applies: which kinds may be patched, and that the server itself
 * checks fields and dry runs; and the kinds' fields, which `kubectl explain` shows.
 */
import { kinds } from './kinds/registry.ts';
import { schemasOf } from './openapi-schemas.ts';

const parameters = ['dryRun', 'fieldManager', 'fieldValidation'].map((name) => ({
  name,
  in: 'query',
  schema: { type: 'string', uniqueItems: true },
}));

/** The document at a path below /openapi/v3, or `undefined`. */
export function openApiOf(path: string): object | undefined {
  if (path === '/openapi/v3') {
    const paths = kinds.map(({ type }) => pathOf(type.group, type.version));
    return {
      paths: Object.fromEntries(
        [...new Set(paths)].map((path) => [path, { serverRelativeURL: `/openapi/v3/${path}` }]),
      ),
    };
  }
  const wanted = path.replace('/openapi/v3/', '');
  const served = kinds.filter(({ type }) => pathOf(type.group, type.version) === wanted);
  if (served.length === 0) return undefined;
  return {
    openapi: '3.0.0',
    info: { title: 'Kubernetes', version: 'v1' },
    paths: Object.fromEntries(
      served.map(({ type }) => [
        `/${wanted}/${type.namespaced ? 'namespaces/{namespace}/' : ''}${type.plural}/{name}`,
        {
          patch: {
            'x-kubernetes-action': 'patch',
            'x-kubernetes-group-version-kind': {
              group: type.group,
              version: type.version,
              kind: type.kind,
            },
            parameters,
          },
        },
      ]),
    ),
    components: { schemas: schemasOf(served) },
  };
}

function pathOf(group: string, version: string): string {
  return group === '' ? `api/${version}` : `apis/${group}/${version}`;
}
