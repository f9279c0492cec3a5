/** What a Service needs of its own: a cluster IP, and ports on the nodes. */
import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';
import { nodeAddress } from '../../../config.ts';
import type { Service } from '../../../objects.ts';
import type { Store } from '../../store/index.ts';
import { failure, invalid, type FieldError } from '../errors.ts';
import type { Context, Draft } from './strategy.ts';

type Port = NonNullable<NonNullable<Service['spec']>['ports']>[number];

const table = '/services';
const serviceKind = { group: '', plural: 'services', kind: 'Service' };
const firstNodePort = 30_000;
const lastNodePort = 32_767;

/** Addresses and ports that requests are about to write. */
const pending = new WeakMap<Store, Set<string | number>>();

/**
 * Gives the Service its cluster IP and node ports. Those that it had or names itself are kept; others are chosen at
 * random among those that no Service has and, for ports, nobody on this machine listens on.
 *
 * @returns gives back what was reserved, once the Service is written.
 * @throws {ApiError} 422 when a named one is taken or out of range, 500 when none is left.
 */
export async function reserveAddresses(
  service: Draft<Service>,
  previous: Service | undefined,
  context: Context,
): Promise<() => void> {
  const spec = (service.spec ??= {});
  if (spec.type === 'ExternalName') return () => undefined;
  const taken = takenBy(context.store, service);
  const waiting = pendingOf(context.store);
  const own: (string | number)[] = [];
  const isTaken = (value: string | number): boolean => taken.has(value) || waiting.has(value);
  const reserve = (value: string | number): void => {
    own.push(value);
    waiting.add(value);
  };
  const release = (): void => own.forEach((value) => waiting.delete(value));
  try {
    spec.clusterIP ||= previous?.spec?.clusterIP ?? freeClusterIp(context, isTaken);
    spec.clusterIPs = [spec.clusterIP];
    spec.ipFamilies ??= ['IPv4'];
    spec.ipFamilyPolicy ??= 'SingleStack';
    if (spec.clusterIP !== 'None') reserve(spec.clusterIP);
    const hasNodePorts = spec.type === 'NodePort' || spec.type === 'LoadBalancer';
    if (hasNodePorts) await giveNodePorts(context, spec.ports ?? [], previous, { isTaken, reserve });
    else for (const port of spec.ports ?? []) delete port.nodePort;
    return release;
  } catch (error) {
    release();
    throw error;
  }
}

async function giveNodePorts(
  context: Context,
  ports: Port[],
  previous: Service | undefined,
  { isTaken, reserve }: { isTaken: (port: number) => boolean; reserve: (port: number) => void },
): Promise<void> {
  for (const port of ports) {
    const before = previous?.spec?.ports?.find(
      (other) => other.port === port.port && other.protocol === port.protocol,
    );
    if (!port.nodePort && before?.nodePort !== undefined) port.nodePort = before.nodePort;
  }
  const errors: FieldError[] = [];
  for (const [index, { nodePort }] of ports.entries()) {
    if (!nodePort) continue;
    const problem = isTaken(nodePort)
      ? 'provided port is already allocated'
      : nodePort < firstNodePort || nodePort > lastNodePort
        ? `provided port is not in the valid range. The range of valid ports is ${firstNodePort}-${lastNodePort}`
        : undefined;
    if (problem === undefined) reserve(nodePort);
    else {
      errors.push({
        reason: 'FieldValueInvalid',
        field: `spec.ports[${index}].nodePort`,
        message: `Invalid value: ${nodePort}: ${problem}`,
      });
    }
  }
  if (errors.length > 0) throw invalid(serviceKind, '', errors);
  for (const port of ports) {
    if (port.nodePort) continue;
    port.nodePort = await freeNodePort(context, isTaken);
    reserve(port.nodePort);
  }
}

function freeClusterIp({ addresses }: Context, isTaken: (ip: string) => boolean): string {
  // Where the machine has one address only, Services share it and differ by their ports.
  if (addresses.mode === 'single') return nodeAddress(addresses, 0);
  const ips = Array.from({ length: 254 }, (_, index) => `127.${addresses.block}.255.${index + 1}`);
  const free = ips.filter((ip) => !isTaken(ip));
  const chosen = free[randomInt(Math.max(1, free.length))];
  if (chosen === undefined)
    throw failure(500, 'InternalError', 'failed to allocate a serviceIP: range is full');
  return chosen;
}

async function freeNodePort({ addresses }: Context, isTaken: (port: number) => boolean): Promise<number> {
  const address = nodeAddress(addresses, 0);
  for (let attempt = 0; attempt < 1000; attempt += 1) {
    const port = randomInt(firstNodePort, lastNodePort + 1);
    if (!isTaken(port) && (await canListen(address, port))) return port;
  }
  throw failure(500, 'InternalError', 'failed to allocate a nodePort: range is full');
}

/** Whether nobody listens there now. */
function canListen(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(true)));
  });
}

function takenBy(store: Store, { metadata }: Draft<Service>): Set<string | number> {
  const others = (store.list(table) as Service[]).filter(
    (other) => other.metadata?.name !== metadata.name || other.metadata?.namespace !== metadata.namespace,
  );
  return new Set(
    others.flatMap(({ spec }) => [
      spec?.clusterIP ?? '',
      ...(spec?.ports ?? []).map(({ nodePort }) => nodePort ?? 0),
    ]),
  );
}

function pendingOf(store: Store): Set<string | number> {
  let waiting = pending.get(store);
  if (waiting === undefined) pending.set(store, (waiting = new Set()));
  return waiting;
}
