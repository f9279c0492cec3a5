/** The cluster's objects in memory: one revision counter, a bounded history, watches. */
export { Store, tableName, type Stored, type StoreEvent } from './store.ts';
export { clone, decoded, equal, jsonOf } from './json.ts';
