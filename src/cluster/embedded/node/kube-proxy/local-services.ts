import { readFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { serviceAddressOnNode } from '../../config.ts';
import type { Service } from '../../objects.ts';
import { hasClusterIP, type Backend, type ProxyNode, type ServicePort } from './rules.ts';

/**
 * Decides where a node serves Services to its own pods: the Service variables name these addresses and the node's kube-proxy
 * listens there. With addresses to choose from it follows from the clusterIP; where there is only 127.0.0.1 each port of each
 * Service gets a free port, which it keeps.
 */
export class LocalServices {
  readonly #node: ProxyNode;
  readonly #lowestPort: number;
  readonly #freePorts = new Map<string, number>();

  constructor(node: ProxyNode, lowestPort = lowestListenablePort()) {
    this.#node = node;
    this.#lowestPort = lowestPort;
  }

  /** Call it before {@link port} for Services that may be new. */
  async prepare(services: Service[]): Promise<void> {
    if (this.#node.addresses.mode === 'range') return;
    for (const service of services) {
      if (!hasClusterIP(service)) continue;
      for (const { port } of service.spec?.ports ?? []) {
        const key = keyOf(service, port);
        if (!this.#freePorts.has(key)) this.#freePorts.set(key, await freePort());
      }
    }
  }

  readonly port = (service: Service, { port }: ServicePort): Backend | undefined => {
    const { addresses, index } = this.#node;
    const host = serviceAddressOnNode(addresses, index, service.spec?.clusterIP ?? '');
    if (addresses.mode === 'range') return { host, port: this.#listenable(port) };
    const free = this.#freePorts.get(keyOf(service, port));
    return free === undefined ? undefined : { host, port: free };
  };

  /** A port that needs a privilege which we do not have is served 20000 higher. */
  #listenable(port: number): number {
    return port >= this.#lowestPort ? port : 20_000 + port;
  }
}

function keyOf(service: Service, port: number): string {
  return `${service.metadata?.uid}:${port}`;
}

/** A port that is free on 127.0.0.1 and that the OS will not hand out again soon. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen({ host: '127.0.0.1', port: 0 }, () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

/** Below it, listening needs a privilege that this process has not. */
function lowestListenablePort(): number {
  if (process.getuid?.() === 0) return 1;
  try {
    return Number(readFileSync('/proc/sys/net/ipv4/ip_unprivileged_port_start', 'utf8'));
  } catch {
    return 1024;
  }
}
