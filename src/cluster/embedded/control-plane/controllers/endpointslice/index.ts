/** Tells proxies where a Service's pods are and which of them want traffic. */
export { startEndpointSliceController } from './controller.ts';
