import type { ServicePort } from './provider.ts';

/** The node port behind a Service's port. @throws {Error} when the API server gave it none. */
export function nodePortOf({ service, port }: ServicePort): number {
  const nodePort = service.spec?.ports?.find((candidate) => candidate.port === port)?.nodePort;
  if (nodePort === undefined) throw new Error(`the API server gave the Service's port ${port} no node port`);
  return nodePort;
}
