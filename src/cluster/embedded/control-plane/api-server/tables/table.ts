/** Tables: what `kubectl get` prints, made by the server. */
import type { Stored } from '../../store/index.ts';
import type { Exchange } from '../exchange.ts';
import type { Kind } from '../kinds/strategy.ts';

/** Whether the client prefers a table. */
export function wantsTable({ request }: Exchange): boolean {
  return request.headers.accept?.includes('as=Table') === true;
}

/** Whether the client wants no more than metadata. */
export function wantsMetadata({ request }: Exchange): boolean {
  return request.headers.accept?.includes('as=PartialObjectMetadata') === true;
}

/** An object without spec, status and data. */
export function metadataOf({ metadata }: Stored): object {
  return { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata };
}

/** A meta.k8s.io/v1 Table of objects of one kind, with their metadata (`includeObject`). */
export function tableOf(
  { query }: Exchange,
  kind: Kind,
  objects: readonly Stored[],
  { resourceVersion, ...page }: { resourceVersion?: string; continue?: string; remainingItemCount?: number },
): object {
  const table = kind.table ?? plainTable;
  const include = query.get('includeObject') ?? 'Metadata';
  const now = Date.now();
  return {
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata: {
      resourceVersion,
      ...(page.continue !== undefined && {
        continue: page.continue,
        remainingItemCount: page.remainingItemCount,
      }),
    },
    columnDefinitions: table.columns.map((column) => ({ format: '', description: '', ...column })),
    rows: objects.map((object) => ({
      cells: table.cells(object, now),
      ...(include === 'Object' && { object }),
      ...(include === 'Metadata' && { object: metadataOf(object) }),
    })),
  };
}

const plainTable: NonNullable<Kind['table']> = {
  columns: [
    { name: 'Name', type: 'string', format: 'name', priority: 0 },
    { name: 'Created At', type: 'date', priority: 0 },
  ],
  cells: ({ metadata }) => [metadata?.name ?? '', metadata?.creationTimestamp ?? ''],
};
