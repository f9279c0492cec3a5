/** The cluster's API: what requests do to the store, in the process (`createLocalApi`) and over HTTPS (`startApiServer`). */
export { createApiContext } from './context.ts';
export { createLocalApi } from './local-api.ts';
export { startApiServer, type ApiServer } from './server.ts';
