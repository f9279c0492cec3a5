/** Questions and answers as lines of JSON over a pair of streams; also plain news in one direction. */
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { OpenbellError, type ErrorDetails } from '../../../support/index.ts';

interface Request {
  id: number;
  method: string;
  params: unknown;
}
interface Answer {
  id: number;
  result?: unknown;
  error?: { message: string } & Pick<ErrorDetails, 'code' | 'hint'>;
}
interface News {
  news: string;
}

export type Handler = (params: never) => unknown;

/** Answers requests from `input` on `output` until `input` ends. Returns a function that sends news. */
export function serveRpc(
  { input, output }: { input: Readable; output: Writable },
  handlers: Record<string, Handler>,
): (news: string) => void {
  const send = (message: Answer | News): void => {
    if (!output.destroyed && output.writable) output.write(`${JSON.stringify(message)}\n`);
  };
  // The other side may be gone before it reads its answer.
  output.on('error', () => {});
  input.on('error', () => {});
  createInterface({ input }).on('line', (line) => {
    void answer(JSON.parse(line) as Request).then(send);
  });
  async function answer({ id, method, params }: Request): Promise<Answer> {
    try {
      const handler = handlers[method];
      if (handler === undefined) throw new Error(`no such method: ${method}`);
      return { id, result: await handler(params as never) };
    } catch (error) {
      const { message } = error as Error;
      if (!(error instanceof OpenbellError)) return { id, error: { message, code: 'SUPERVISOR_FAILED' } };
      const { code, hint } = error;
      return { id, error: { message, code, ...(hint === undefined ? {} : { hint }) } };
    }
  }
  return (news) => send({ news });
}

/** Generous: the longest thing it is asked for, booting a large cluster on a slow machine, takes half of it. */
const answerDeadlineMs = 60_000;

/** The asking side. */
export interface RpcClient {
  /**
   * @throws {OpenbellError} what the other side threw, `SUPERVISOR_GONE` when it ended before it answered, or
   *   `SUPERVISOR_SILENT` when it did not answer in time.
   */
  call<T>(method: string, params?: unknown): Promise<T>;
  /** As `call`, for an answer that may never come: waiting for it does not keep this process alive. */
  listen<T>(method: string): Promise<T>;
}

export interface RpcClientOptions {
  input: Readable;
  output: Writable;
  /** What keeps this process alive; held only while a question waits for its answer. */
  hold: { ref(): unknown; unref(): unknown };
  onNews?: (news: string) => void;
}

/** Sends requests on `output` and reads answers and news from `input`. */
export function rpcClient({ input, output, hold, onNews = () => {} }: RpcClientOptions): RpcClient {
  const waiting = new Map<number, PromiseWithResolvers<unknown> & { holds: boolean }>();
  const isHeld = (): boolean => [...waiting.values()].some(({ holds }) => holds);
  let lastId = 0;
  let gone = false;
  output.on('error', () => {});
  input.on('error', () => {});
  const lines = createInterface({ input });
  lines.on('line', (line) => {
    const message = JSON.parse(line) as Answer | News;
    if ('news' in message) return onNews(message.news);
    const asked = waiting.get(message.id);
    waiting.delete(message.id);
    if (!isHeld()) hold.unref();
    if (message.error === undefined) asked?.resolve(message.result);
    else asked?.reject(new OpenbellError(message.error.message, message.error));
  });
  lines.on('close', () => {
    gone = true;
    for (const asked of waiting.values()) asked.reject(supervisorGone());
    waiting.clear();
  });
  function ask<T>(method: string, params: unknown, holds: boolean): Promise<T> {
    if (gone) return Promise.reject(supervisorGone());
    const asked = Promise.withResolvers<unknown>();
    lastId += 1;
    waiting.set(lastId, { ...asked, holds });
    if (holds) hold.ref();
    output.write(`${JSON.stringify({ id: lastId, method, params } satisfies Request)}\n`);
    if (holds) {
      const timer = setTimeout(() => asked.reject(supervisorSilent(method)), answerDeadlineMs);
      const answered = (): void => clearTimeout(timer);
      asked.promise.then(answered, answered);
    }
    return asked.promise as Promise<T>;
  }
  return {
    call: <T>(method: string, params: unknown = null) => ask<T>(method, params, true),
    listen: <T>(method: string) => ask<T>(method, null, false),
  };
}

function supervisorSilent(method: string): OpenbellError {
  return new OpenbellError(
    `the cluster’s supervisor did not answer "${method}" within ${answerDeadlineMs / 1000} s`,
    {
      code: 'SUPERVISOR_SILENT',
      hint: 'Is it stopped (SIGSTOP), or the machine overloaded?',
    },
  );
}

function supervisorGone(): OpenbellError {
  return new OpenbellError('the cluster’s supervisor ended', {
    code: 'SUPERVISOR_GONE',
    hint: 'The cluster is gone with it; start a new one.',
  });
}
