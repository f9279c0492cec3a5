import type { Service } from '../../objects.ts';
import { hasClusterIP, type LocalPort } from '../kube-proxy/index.ts';

/**
 * The variables by which containers find Services: `<NAME>_SERVICE_HOST`, `<NAME>_SERVICE_PORT`, one per named port, and the
 * older `<NAME>_PORT…` ones. Services of the pod's own namespace, and the API server's.
 */
export function serviceVariables(
  services: Service[],
  namespace: string,
  localPort: LocalPort,
): Record<string, string> {
  const variables: Record<string, string> = {};
  for (const service of services) {
    const { metadata } = service;
    const isApiServer = metadata?.namespace === 'default' && metadata.name === 'kubernetes';
    if ((metadata?.namespace !== namespace && !isApiServer) || !hasClusterIP(service)) continue;
    Object.assign(variables, variablesOf(service, localPort));
  }
  return variables;
}

function variablesOf(service: Service, localPort: LocalPort): Record<string, string> {
  const prefix = variableName(service.metadata?.name ?? '');
  const variables: Record<string, string> = {};
  for (const [n, port] of (service.spec?.ports ?? []).entries()) {
    const served = localPort(service, port);
    if (served === undefined) continue;
    const protocol = (port.protocol ?? 'TCP').toUpperCase();
    const url = `${protocol.toLowerCase()}://${served.host}:${served.port}`;
    if (n === 0) {
      variables[`${prefix}_SERVICE_HOST`] = served.host;
      variables[`${prefix}_SERVICE_PORT`] = String(served.port);
      variables[`${prefix}_PORT`] = url;
    }
    if (port.name !== undefined && port.name !== '') {
      variables[`${prefix}_SERVICE_PORT_${variableName(port.name)}`] = String(served.port);
    }
    // These are named after the Service's own port, wherever it is served.
    const long = `${prefix}_PORT_${port.port}_${protocol}`;
    variables[long] = url;
    variables[`${long}_PROTO`] = protocol.toLowerCase();
    variables[`${long}_PORT`] = String(served.port);
    variables[`${long}_ADDR`] = served.host;
  }
  return variables;
}

function variableName(name: string): string {
  return name.toUpperCase().replaceAll(/[-.]/g, '_');
}
