import { createServer, type AddressInfo, type Socket } from 'node:net';
import { preload } from './transport.ts';

/** A port of 127.0.0.1 whose connections end in pods. */
export interface ForwardedPort {
  port: number;
  /** Breaks off its connections and frees the port. */
  close(): void;
}

/**
 * Opens a port whose every connection is carried through the API server to a pod that `choose` names at that moment. It is a
 * way in for clusters that offer no other: slower than a Service, and no Service has a say in where a connection goes.
 */
export async function forwardPort(
  kubeconfig: string,
  { namespace, choose }: { namespace: string; choose: () => { pod: string; port: number } | undefined },
): Promise<ForwardedPort> {
  const { KubeConfig, PortForward } = await preload();
  const config = new KubeConfig();
  config.loadFromString(kubeconfig);
  const forward = new PortForward(config);
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    open.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => open.delete(socket));
    const target = choose();
    if (target === undefined) {
      socket.resetAndDestroy();
      return;
    }
    forward.portForward(namespace, target.pod, [target.port], socket, null, socket).then(
      (connection) => {
        // The library's connection ends when the pod's does; the client must see that too.
        const stream = typeof connection === 'function' ? connection() : connection;
        stream?.addEventListener('close', () => socket.destroy());
        socket.on('close', () => stream?.close());
      },
      () => socket.resetAndDestroy(),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  server.unref();
  return {
    port: (server.address() as AddressInfo).port,
    close: () => {
      server.close();
      for (const socket of open) socket.destroy();
    },
  };
}
