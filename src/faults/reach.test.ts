import { createServer, type AddressInfo, type Socket } from 'node:net';
import { expect, test } from 'vitest';
import { accepts, answers } from './reach.ts';

async function listening(serve: (socket: Socket) => void = () => {}) {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket.on('error', () => {}));
    serve(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    address: { host: '127.0.0.1', port },
    [Symbol.asyncDispose]: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

test('a server that answers is alive by either sign', async () => {
  await using server = await listening((socket) => void socket.end('HTTP/1.1 404 Not Found\r\n\r\n'));
  expect(await accepts(server.address)).toBe(true);
  expect(await answers(server.address)).toBe(true);
});

test('a hung server accepts and does not answer', async () => {
  await using server = await listening();
  expect(await accepts(server.address)).toBe(true);
  expect(await answers(server.address)).toBe(false);
});

test('a server that resets does not answer', async () => {
  await using server = await listening((socket) => void socket.resetAndDestroy());
  expect(await answers(server.address)).toBe(false);
});

test('a closed port neither accepts nor answers', async () => {
  const server = await listening();
  await server[Symbol.asyncDispose]();
  expect(await accepts(server.address)).toBe(false);
  expect(await answers(server.address)).toBe(false);
});
