import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { OpenbellError } from '../../../support/index.ts';
import { rpcClient, serveRpc, type Handler } from './rpc.ts';

function connected(handlers: Record<string, Handler>, onNews: (news: string) => void = () => {}) {
  const [there, back] = [new PassThrough(), new PassThrough()];
  const hold = { held: 0, ref: () => (hold.held += 1), unref: () => (hold.held -= 1) };
  const tell = serveRpc({ input: there, output: back }, handlers);
  const client = rpcClient({ input: back, output: there, hold, onNews });
  return { client, tell, back, hold };
}

test('answers come back to the question they belong to, in any order', async () => {
  const { client } = connected({
    slow: () => new Promise((resolve) => setTimeout(resolve, 5, 'slow')),
    echo: (value: unknown) => value,
  });
  expect(await Promise.all([client.call('slow'), client.call('echo', { a: 1 })])).toEqual(['slow', { a: 1 }]);
});

test('a foreseen error keeps its code and hint', async () => {
  const { client } = connected({
    power() {
      throw new OpenbellError('its power is off', { code: 'NODE_IS_OFF', hint: 'Start it first.' });
    },
  });
  await expect(client.call('power')).rejects.toMatchObject({
    message: 'its power is off',
    code: 'NODE_IS_OFF',
    hint: 'Start it first.',
  });
  await expect(client.call('nonsense')).rejects.toThrow('no such method: nonsense');
});

test('news arrive between answers', async () => {
  const heard: string[] = [];
  const { client, tell } = connected({ ping: () => 'pong' }, (news) => void heard.push(news));
  tell('node worker-1 is ready');
  await client.call('ping');
  expect(heard).toEqual(['node worker-1 is ready']);
});

test('when the other side ends, what waits is told so, and so is what comes later', async () => {
  const { client, back } = connected({ never: () => new Promise(() => {}) });
  const waiting = client.call('never');
  back.end();
  await expect(waiting).rejects.toMatchObject({ code: 'SUPERVISOR_GONE' });
  await expect(client.call('never')).rejects.toMatchObject({ code: 'SUPERVISOR_GONE' });
});
