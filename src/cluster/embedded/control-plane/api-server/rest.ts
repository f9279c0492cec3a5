/** The verbs of one kind: which request to the store a method and path mean, and what is answered. */
import type { KubeObject, Scale } from '../../objects.ts';
import { jsonOf, type Stored } from '../store/index.ts';
import { badRequest, methodNotAllowed, noSuchResource } from './errors.ts';
import { sendJson, sendText, type Exchange } from './exchange.ts';
import { bodyOf, mediaTypeOf, objectOf } from './http-body.ts';
import type { Context, Kind } from './kinds/strategy.ts';
import { sendList } from './list.ts';
import { sendLog } from './logs.ts';
import { bind } from './requests/bind.ts';
import { create } from './requests/create.ts';
import { evict } from './requests/evict.ts';
import { patchTypes, preparePatch } from './requests/patch.ts';
import { list, read } from './requests/read.ts';
import { remove } from './requests/remove.ts';
import { scaleOf, withScale } from './requests/scale.ts';
import { update } from './requests/update.ts';
import { deleteOptionsOf, dryRun, requireFieldManager, writeOptions } from './request-options.ts';
import type { Route } from './routes.ts';
import { metadataOf, tableOf, wantsMetadata, wantsTable } from './tables/table.ts';
import { sendWatch } from './watch-stream.ts';

/** What serving needs besides the state. */
export interface Serving extends Context {
  /** Folder of the cluster, with the containers' logs. */
  runDir: string;
}

/** Answers a request about a kind. @throws {ApiError} what is to be answered instead. */
export async function serveRoute(serving: Serving, exchange: Exchange, route: Route): Promise<void> {
  const { kind, name, subresource, conversion } = route;
  const method = exchange.request.method ?? 'GET';
  // Of another version, single objects are made and read.
  if (conversion !== undefined && (name === undefined ? method !== 'POST' : method !== 'GET'))
    throw noSuchResource();
  if (name === undefined) return serveCollection(serving, exchange, route, method);
  const ref = { namespace: route.namespace, name };
  if (subresource !== undefined) {
    if (kind.subresources?.includes(subresource) !== true) throw noSuchResource();
    return serveSubresource(serving, exchange, { ...route, name, subresource }, method);
  }
  switch (method) {
    case 'GET':
      if (exchange.query.get('watch') === 'true' || exchange.query.get('watch') === '1') {
        const one = { fieldSelector: `metadata.name=${name}` };
        return sendWatch(serving, exchange, kind, { ...selectors(exchange, route), ...one });
      }
      if (conversion !== undefined)
        return sendJson(exchange, 200, conversion.toClient(read(serving, kind, ref)));
      return sendObject(exchange, kind, 200, read(serving, kind, ref));
    case 'PUT': {
      const wanted = objectIn(kind, await objectOf(exchange.request));
      return sendObject(
        exchange,
        kind,
        200,
        await update(serving, kind, ref, () => wanted, writeOptions(exchange, kind)),
      );
    }
    case 'PATCH':
      return patchObject(serving, exchange, { ...route, name });
    case 'DELETE': {
      const { options, dryRun } = deleteOptionsOf(exchange, await objectOf(exchange.request));
      const { object, gone } = remove(serving, kind, ref, options, dryRun);
      if (!gone || kind.type.kind === 'Pod') return sendObject(exchange, kind, 200, object);
      return sendJson(exchange, 200, success(kind, object));
    }
    default:
      throw methodNotAllowed();
  }
}

async function serveCollection(
  serving: Serving,
  exchange: Exchange,
  route: Route,
  method: string,
): Promise<void> {
  const { kind, namespace } = route;
  const { query } = exchange;
  switch (method) {
    case 'GET': {
      const watching = query.get('watch') === 'true' || query.get('watch') === '1';
      if (watching && kind.verbs?.includes('watch') === false) throw methodNotAllowed();
      if (watching) return sendWatch(serving, exchange, kind, selectors(exchange, route));
      return sendList(serving, exchange, kind, selectors(exchange, route));
    }
    case 'POST': {
      if (kind.type.namespaced && namespace === undefined) throw methodNotAllowed();
      const body = await objectOf(exchange.request);
      const { conversion } = route;
      const object = objectIn(
        kind,
        conversion === undefined ? body : conversion.fromClient(body as KubeObject),
      );
      const made = await create(serving, kind, object, { namespace, ...writeOptions(exchange, kind) });
      if (conversion !== undefined) return sendJson(exchange, 201, conversion.toClient(made));
      return sendObject(exchange, kind, 201, made);
    }
    case 'DELETE': {
      const { options, dryRun } = deleteOptionsOf(exchange, await objectOf(exchange.request));
      const doomed = list(serving, kind, selectors(exchange, route));
      const left = doomed.map((object) => {
        const { namespace, name = '' } = object.metadata;
        return remove(serving, kind, { namespace, name }, options, dryRun).object;
      });
      const { group, version } = kind.type;
      return sendJson(exchange, 200, {
        kind: `${kind.type.kind}List`,
        apiVersion: group === '' ? version : `${group}/${version}`,
        metadata: { resourceVersion: String(serving.store.revision) },
        items: left,
      });
    }
    default:
      throw methodNotAllowed();
  }
}

async function serveSubresource(
  serving: Serving,
  exchange: Exchange,
  route: Route & { name: string; subresource: string },
  method: string,
): Promise<void> {
  const { kind, namespace, name, subresource } = route;
  const ref = { namespace, name };
  const { request } = exchange;
  switch (`${method} ${subresource}`) {
    case 'GET status':
      return sendObject(exchange, kind, 200, read(serving, kind, ref));
    case 'GET scale':
      return sendJson(exchange, 200, scaleOf(read(serving, kind, ref)));
    case 'GET log':
      return sendLog(serving, exchange, ref);
    case 'PUT status': {
      const wanted = objectIn(kind, await objectOf(request));
      const options = { subresource: 'status', ...writeOptions(exchange, kind) } as const;
      return sendObject(exchange, kind, 200, await update(serving, kind, ref, () => wanted, options));
    }
    case 'PUT finalize': {
      const wanted = objectIn(kind, await objectOf(request));
      const options = { subresource: 'finalize', ...writeOptions(exchange, kind) } as const;
      return sendObject(exchange, kind, 200, await update(serving, kind, ref, () => wanted, options));
    }
    case 'PUT scale': {
      const scale = (await objectOf(request)) as Scale;
      const scaled = await update(serving, kind, ref, (now) => withScale(now, scale), dryRun(exchange));
      return sendJson(exchange, 200, scaleOf(scaled));
    }
    case 'PATCH status':
    case 'PATCH scale':
      return patchObject(serving, exchange, route);
    case 'POST binding': {
      const binding = (await objectOf(request)) as { target?: { name?: string } } | undefined;
      const node = binding?.target?.name;
      if (node === undefined) throw badRequest('a binding needs target.name, the node');
      return sendJson(exchange, 201, success(kind, bind(serving, ref, node)));
    }
    case 'POST eviction': {
      const eviction = (await objectOf(request)) as { deleteOptions?: object } | undefined;
      const { options, dryRun } = deleteOptionsOf(exchange, eviction?.deleteOptions);
      evict(serving, ref, options, dryRun);
      return sendJson(exchange, 201, { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success' });
    }
    default:
      throw methodNotAllowed();
  }
}

async function patchObject(
  serving: Serving,
  exchange: Exchange,
  { kind, namespace, name, subresource }: Route & { name: string },
): Promise<void> {
  const ref = { namespace, name };
  const type = mediaTypeOf(exchange.request);
  const patch = await bodyOf(exchange.request);
  if (type === patchTypes.apply) requireFieldManager(exchange);
  const apply = await preparePatch(kind, type, patch);
  const options = writeOptions(exchange, kind);
  if (subresource === 'scale') {
    const scaled = await update(serving, kind, ref, (now) => withScale(now, apply(scaleOf(now))), options);
    return sendJson(exchange, 200, scaleOf(scaled));
  }
  if (type === patchTypes.apply && subresource === undefined && !exists(serving, kind, ref)) {
    const object = objectIn(kind, patch);
    const named = { ...object, metadata: { ...object.metadata, name } };
    return sendObject(exchange, kind, 201, await create(serving, kind, named, { namespace, ...options }));
  }
  const part = subresource === 'status' ? ({ subresource } as const) : {};
  const patched = await update(serving, kind, ref, apply, { ...part, ...options });
  return sendObject(exchange, kind, 200, patched);
}

function exists(serving: Serving, kind: Kind, ref: { namespace: string | undefined; name: string }): boolean {
  try {
    return read(serving, kind, ref) !== undefined;
  } catch {
    return false;
  }
}

function sendObject(exchange: Exchange, kind: Kind, code: number, object: Stored): void {
  if (wantsTable(exchange)) sendJson(exchange, code, tableOf(exchange, kind, [object], object.metadata));
  else if (wantsMetadata(exchange)) sendJson(exchange, code, metadataOf(object));
  else sendText(exchange, code, Object.isFrozen(object) ? jsonOf(object) : JSON.stringify(object));
}

function success({ type }: Kind, { metadata }: Stored): object {
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Success',
    details: {
      name: metadata.name,
      ...(type.group !== '' && { group: type.group }),
      kind: type.plural,
      uid: metadata.uid,
    },
  };
}

function selectors(
  { query }: Exchange,
  { namespace }: Route,
): {
  namespace?: string;
  labelSelector?: string;
  fieldSelector?: string;
} {
  const labelSelector = query.get('labelSelector');
  const fieldSelector = query.get('fieldSelector');
  return {
    ...(namespace !== undefined && { namespace }),
    ...(labelSelector !== null && { labelSelector }),
    ...(fieldSelector !== null && { fieldSelector }),
  };
}

/** The object in a body. @throws {ApiError} 400 when it is none, or one of another kind. */
function objectIn({ type }: Kind, body: unknown): KubeObject {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw badRequest(`the request's body must be a ${type.kind}`);
  }
  const object = body as KubeObject;
  const expected = type.group === '' ? type.version : `${type.group}/${type.version}`;
  if (object.apiVersion && object.apiVersion !== expected) {
    throw badRequest(
      `${type.kind} in version "${object.apiVersion}" cannot be handled as a ${type.kind}: no kind "${object.kind || type.kind}" is registered for version "${object.apiVersion}"`,
    );
  }
  if (object.kind && object.kind !== type.kind) {
    throw badRequest(
      `${object.kind} in version "${type.version}" cannot be handled as a ${type.kind}: no kind "${object.kind}" is served here`,
    );
  }
  return object;
}
