import { autoscalingV1, type Conversion } from './autoscaling-v1.ts';
import { kinds } from './kinds/registry.ts';
import type { Kind } from './kinds/strategy.ts';

/** What a path of the REST API is about. */
export interface Route {
  kind: Kind;
  namespace: string | undefined;
  /** Left out: the collection. */
  name: string | undefined;
  subresource: string | undefined;
  /** The path names another version than the one that is stored. */
  conversion?: Conversion;
}

const byPath = new Map(
  kinds.map((kind) => [`${kind.type.group}/${kind.type.version}/${kind.type.plural}`, kind]),
);

/**
 * Reads `/api/v1/namespaces/default/pods/p/log`, `/apis/apps/v1/deployments`, … `undefined` when it names no kind that is
 * served.
 */
export function routeOf(path: string): Route | undefined {
  const old = '/apis/autoscaling/v1/';
  if (path.startsWith(old)) {
    const route = routeOf(path.replace(old, '/apis/autoscaling/v2/'));
    return route && { ...route, conversion: autoscalingV1 };
  }
  const parts = path
    .split('/')
    .filter((part) => part !== '')
    .map(decodeURIComponent);
  const root = parts.shift();
  const group = root === 'api' ? '' : root === 'apis' ? parts.shift() : undefined;
  const version = parts.shift();
  if (group === undefined || version === undefined) return undefined;
  const find = (plural: string | undefined): Kind | undefined =>
    byPath.get(`${group}/${version}/${plural ?? ''}`);

  const [first, namespace, plural, ...below] = parts;
  if (first === 'namespaces' && plural !== undefined) {
    const kind = find(plural);
    if (kind?.type.namespaced === true) return { kind, namespace, ...nameAnd(below) };
  }
  const kind = find(first);
  if (kind === undefined) return undefined;
  // Objects of a namespaced kind have their namespace in the path; only lists go without.
  if (kind.type.namespaced && parts.length > 1) return undefined;
  return { kind, namespace: undefined, ...nameAnd(parts.slice(1)) };
}

function nameAnd([name, subresource]: string[]): Pick<Route, 'name' | 'subresource'> {
  return { name, subresource };
}
