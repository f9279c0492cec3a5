import { connect as reach } from 'node:net';
import { isReady, kinds, type Ingress, type KubeClient, type Service } from '../../kubernetes/index.ts';
import { OpenbellError, until } from '../../support/index.ts';
import { nodePortOf } from '../node-port.ts';
import type { CreateOptions, EntryPoint, ServicePort } from '../provider.ts';

/** How long a cloud may take to give a Service or an Ingress its address. */
const addressDeadlineMs = 180_000;
/** How long nodes may take to hear of a new node port. */
const nodePortDeadlineMs = 5_000;
const nodesTried = 20;

export interface EntryOptions extends Pick<CreateOptions, 'signal' | 'onProgress'> {
  /** The one that was given: a URL, or `port-forward`. */
  entry: string | undefined;
  nodesVisible: boolean;
}

/**
 * A way in that exists: the one that was given, an Ingress of the Service, its load balancer, or a node that answers from here.
 * Null where only a port-forward is left.
 */
export async function findEntry(
  client: KubeClient,
  place: ServicePort,
  options: EntryOptions,
): Promise<EntryPoint | null> {
  const { entry, nodesVisible } = options;
  if (entry === 'port-forward') return null;
  if (entry !== undefined) return { url: new URL(entry) };
  return (
    (await throughIngress(client, place, options)) ??
    (await throughLoadBalancer(client, place, options)) ??
    (nodesVisible ? await throughNode(client, place, options) : null)
  );
}

async function throughIngress(
  client: KubeClient,
  { service }: ServicePort,
  options: EntryOptions,
): Promise<EntryPoint | null> {
  const { name: serviceName, namespace } = service.metadata ?? {};
  const list = (): Promise<Ingress[]> => client.list(kinds.ingress, { namespace, signal: options.signal });
  const found = (await list().catch(nothingWhereForbidden)).find((ingress) =>
    backendsOf(ingress).includes(serviceName ?? ''),
  );
  const name = found?.metadata?.name;
  if (found === undefined || name === undefined) return null;
  const read = (): Promise<Ingress> => client.get(kinds.ingress, name, { namespace, signal: options.signal });
  const address = await addressOf(`Ingress ${name}`, read, options);
  if (address === null) return null;
  const rule = found.spec?.rules?.find(({ host }) => host !== undefined && !host.startsWith('*'));
  const secured = found.spec?.tls !== undefined && found.spec.tls.length > 0;
  return { url: new URL(`${secured ? 'https' : 'http'}://${rule?.host ?? inUrl(address)}`) };
}

function backendsOf({ spec }: Ingress): (string | undefined)[] {
  const paths = spec?.rules?.flatMap(({ http }) => http?.paths ?? []) ?? [];
  return [spec?.defaultBackend, ...paths.map(({ backend }) => backend)].map((it) => it?.service?.name);
}

async function throughLoadBalancer(
  client: KubeClient,
  { service, port }: ServicePort,
  options: EntryOptions,
): Promise<EntryPoint | null> {
  if (service.spec?.type !== 'LoadBalancer') return null;
  const { name = '', namespace } = service.metadata ?? {};
  const read = (): Promise<Service> => client.get(kinds.service, name, { namespace, signal: options.signal });
  const address = await addressOf(`Service ${name}`, read, options);
  return address === null ? null : { url: new URL(`http://${inUrl(address)}:${port}`) };
}

interface Addressed {
  status?: { loadBalancer?: { ingress?: { ip?: string; hostname?: string }[] } };
}

/** The address that a load balancer was given; null where none comes. */
async function addressOf(
  what: string,
  read: () => Promise<Addressed>,
  { signal, onProgress }: EntryOptions,
): Promise<string | null> {
  let said = false;
  const look = async (): Promise<string | undefined> => {
    const [first] = (await read()).status?.loadBalancer?.ingress ?? [];
    const address = first?.ip ?? first?.hostname;
    if (address === undefined && !said) onProgress(`waiting for the address of ${what}`);
    said = true;
    return address;
  };
  return until(look, {
    what: `the address of ${what}`,
    deadlineMs: addressDeadlineMs,
    everyMs: 500,
    signal,
  }).catch(() => {
    signal.throwIfAborted();
    onProgress(`${what} was given no address within ${addressDeadlineMs / 1000} s`);
    return null;
  });
}

/** A node port, at a control-plane node if one answers: faults choose among the others. */
async function throughNode(
  client: KubeClient,
  place: ServicePort,
  { signal }: EntryOptions,
): Promise<EntryPoint | null> {
  const nodePort = nodePortOf(place);
  const nodes = (await client.list(kinds.node, { signal })).filter((node) => isReady(node));
  const byRole = nodes.toSorted((a, b) => Number(isWorker(a)) - Number(isWorker(b))).slice(0, nodesTried);
  const addresses = byRole.flatMap(({ status }) =>
    (status?.addresses ?? [])
      .filter(({ type }) => type === 'ExternalIP' || type === 'InternalIP')
      .map(({ address }) => address),
  );
  const look = async (): Promise<string | undefined> => {
    const answers = await Promise.all(addresses.map((address) => accepts(address, nodePort)));
    return addresses.find((_address, index) => answers[index] === true);
  };
  const address = await until(look, {
    what: 'a node that answers',
    deadlineMs: nodePortDeadlineMs,
    everyMs: 100,
    signal,
  }).catch(() => {
    signal.throwIfAborted();
    return null;
  });
  return address === null ? null : { url: new URL(`http://${inUrl(address)}:${nodePort}`) };
}

function isWorker({ metadata }: { metadata?: { labels?: Record<string, string> } }): boolean {
  return metadata?.labels?.['node-role.kubernetes.io/control-plane'] === undefined;
}

function accepts(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = reach({ host, port, timeout: 1_000 });
    const done = (answer: boolean) => (): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', done(true)).once('timeout', done(false)).once('error', done(false));
  });
}

function inUrl(address: string): string {
  return address.includes(':') ? `[${address}]` : address;
}

/** Who may not look has none of its own there; neither has a cluster without Ingresses. */
function nothingWhereForbidden(error: unknown): [] {
  const codes = ['KUBERNETES_FORBIDDEN', 'KUBERNETES_NOT_FOUND'];
  if (error instanceof OpenbellError && codes.includes(error.code)) return [];
  throw error;
}
