/** pods/log: the files that the kubelets write in CRI format, `<time> stdout|stderr F|P <text>`, one file per start. */
import { createReadStream } from 'node:fs';
import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { ObjectRef } from '../../api.ts';
import type { Pod } from '../../objects.ts';
import type { Stored } from '../store/index.ts';
import { tableName } from '../store/index.ts';
import { badRequest } from './errors.ts';
import type { Exchange } from './exchange.ts';
import { pods } from './kinds/pods.ts';
import type { Context } from './kinds/strategy.ts';
import { read } from './requests/read.ts';

const followEveryMs = 100;

interface LogOptions {
  follow: boolean;
  timestamps: boolean;
  tailLines: number | undefined;
  sinceMs: number | undefined;
}

/** Answers with the log of a container as text. @throws {ApiError} 400 when there is none (yet), 404. */
export async function sendLog(
  context: Context & { runDir: string },
  { query, response }: Exchange,
  ref: ObjectRef,
): Promise<void> {
  const pod = read(context, pods, ref) as Stored & Pod;
  const container = containerOf(pod, query.get('container'));
  const folder = join(
    context.runDir,
    'pods',
    `${pod.metadata.namespace}_${pod.metadata.name}_${pod.metadata.uid}`,
    container,
  );
  if (!pod.spec?.nodeName) {
    // No node, no container: nothing has been printed.
    response.writeHead(204).end();
    return;
  }
  const start = await startOf(folder, { pod, container, previous: query.get('previous') === 'true' });
  const options = optionsOf(query, context.clock.wall());
  response.writeHead(200, { 'content-type': 'text/plain', 'cache-control': 'no-cache, private' });
  response.flushHeaders();
  const file = join(folder, `${start}.log`);
  const write = limited(limitOf(query), (text) => response.write(text));
  const size = await sendPast(file, options, write);
  if (options.follow) {
    const isOver = async (): Promise<boolean> =>
      response.destroyed ||
      !isRunning(context, pod, container) ||
      (await starts(folder)).some((n) => n > start);
    await follow(file, size, options, write, isOver, context.clock);
  }
  response.end();
}

function containerOf(pod: Pod, asked: string | null): string {
  const { initContainers = [], containers = [] } = pod.spec ?? {};
  const names = containers.map(({ name }) => name);
  const name = pod.metadata?.name ?? '';
  if (asked !== null && asked !== '') {
    const known = [...names, ...initContainers.map(({ name }) => name)];
    if (!known.includes(asked)) throw badRequest(`container ${asked} is not valid for pod ${name}`);
    return asked;
  }
  if (names.length !== 1) {
    throw badRequest(
      `a container name must be specified for pod ${name}, choose one of: [${names.join(' ')}]`,
    );
  }
  return names[0] ?? '';
}

/** Which start of the container is asked for: the latest, or the one before. */
async function startOf(
  folder: string,
  { pod, container, previous }: { pod: Pod; container: string; previous: boolean },
): Promise<number> {
  const known = await starts(folder);
  const wanted = previous ? known.at(-2) : known.at(-1);
  if (wanted !== undefined) return wanted;
  const name = pod.metadata?.name ?? '';
  if (previous) {
    throw badRequest(`previous terminated container "${container}" in pod "${name}" not found`);
  }
  const status = pod.status?.containerStatuses?.find((status) => status.name === container);
  const reason = status?.state?.waiting?.reason ?? 'ContainerCreating';
  throw badRequest(`container "${container}" in pod "${name}" is waiting to start: ${reason}`);
}

async function starts(folder: string): Promise<number[]> {
  const files = await readdir(folder).catch((): string[] => []);
  return files
    .flatMap((file) => (/^\d+\.log$/.test(file) ? [Number.parseInt(file, 10)] : []))
    .sort((a, b) => a - b);
}

function limitOf(query: URLSearchParams): number {
  const text = query.get('limitBytes');
  return text === null ? Number.POSITIVE_INFINITY : Number(text);
}

/** Writes no more than `limit` bytes in all. */
function limited(limit: number, write: (text: string) => void): (text: string) => void {
  let left = limit;
  return (text) => {
    if (left <= 0) return;
    const bytes = Buffer.from(text);
    write(bytes.length <= left ? text : bytes.subarray(0, left).toString('utf8'));
    left -= bytes.length;
  };
}

function optionsOf(query: URLSearchParams, nowMs: number): LogOptions {
  const number = (name: string): number | undefined => {
    const text = query.get(name);
    if (text === null) return undefined;
    if (!/^\d+$/.test(text)) throw badRequest(`invalid ${name}: "${text}" is not a whole number`);
    return Number(text);
  };
  const sinceSeconds = number('sinceSeconds');
  const sinceTime = query.get('sinceTime');
  return {
    follow: query.get('follow') === 'true',
    timestamps: query.get('timestamps') === 'true',
    tailLines: number('tailLines'),
    sinceMs:
      sinceSeconds !== undefined
        ? nowMs - sinceSeconds * 1000
        : sinceTime !== null
          ? Date.parse(sinceTime)
          : undefined,
  };
}

/** Sends what is in the file. @returns how many bytes that were: whole lines only. */
async function sendPast(file: string, options: LogOptions, send: (text: string) => void): Promise<number> {
  const last: string[] = [];
  const { tailLines } = options;
  const handle = await open(file);
  try {
    const { size } = await handle.stat();
    const stream = createReadStream(file, { end: Math.max(0, size - 1) });
    let bytes = 0;
    if (size === 0) return 0;
    for await (const line of createInterface({ input: stream, crlfDelay: Infinity })) {
      bytes += Buffer.byteLength(line) + 1;
      // The last line may still be in the making.
      if (bytes > size) break;
      const text = shown(line, options);
      if (text === undefined) continue;
      if (tailLines === undefined) send(text);
      else {
        last.push(text);
        if (last.length > tailLines) last.shift();
      }
    }
    for (const text of last) send(text);
    return Math.min(bytes, size);
  } finally {
    await handle.close();
  }
}

/** Sends what is added to the file until `isOver`, and then what is still left. */
async function follow(
  file: string,
  from: number,
  options: LogOptions,
  send: (text: string) => void,
  isOver: () => Promise<boolean>,
  clock: Context['clock'],
): Promise<void> {
  const handle = await open(file);
  const buffer = Buffer.alloc(64 * 1024);
  let position = from;
  let rest = Buffer.alloc(0);
  try {
    for (;;) {
      const over = await isOver();
      for (;;) {
        const { bytesRead } = await handle.read(buffer, 0, buffer.length, position);
        if (bytesRead === 0) break;
        position += bytesRead;
        rest = Buffer.concat([rest, buffer.subarray(0, bytesRead)]);
        for (let end = rest.indexOf(10); end >= 0; end = rest.indexOf(10)) {
          const text = shown(rest.subarray(0, end).toString('utf8'), options);
          if (text !== undefined) send(text);
          rest = rest.subarray(end + 1);
        }
      }
      if (over) return;
      await clock.sleep(followEveryMs);
    }
  } finally {
    await handle.close();
  }
}

/** What a line of the file shows to the reader; `P` marks a line that goes on. */
function shown(line: string, { timestamps, sinceMs }: LogOptions): string | undefined {
  const [, time, flag, text] = /^(\S+) (?:stdout|stderr) ([FP]) ?(.*)$/.exec(line) ?? [];
  if (time === undefined) return undefined;
  if (sinceMs !== undefined && Date.parse(time) < sinceMs) return undefined;
  return `${timestamps ? `${time} ` : ''}${text}${flag === 'P' ? '' : '\n'}`;
}

function isRunning({ store }: Context, { metadata }: Stored, container: string): boolean {
  const pod = store.read(tableName(pods.type), metadata.namespace ?? '', metadata.name ?? '') as
    | Pod
    | undefined;
  if (pod?.metadata?.uid !== metadata.uid) return false;
  const statuses = [...(pod?.status?.containerStatuses ?? []), ...(pod?.status?.initContainerStatuses ?? [])];
  const state = statuses.find(({ name }) => name === container)?.state;
  return state?.terminated === undefined && state?.waiting === undefined;
}
