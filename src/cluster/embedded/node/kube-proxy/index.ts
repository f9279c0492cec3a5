/** The layer-4 balancer of a node: Services and EndpointSlices become addresses that are served. */
export { DataPlane } from './data-plane.ts';
export { KubeProxy } from './kube-proxy.ts';
export { LocalServices, freePort } from './local-services.ts';
export { hasClusterIP, type LocalPort } from './rules.ts';
