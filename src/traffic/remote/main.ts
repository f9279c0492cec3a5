/** The program of a load generator in a pod: the engine, told by HTTP when to start, that writes what it measures to its log. */
import { createServer } from 'node:http';
import { messageOf, monotonicMs } from '../../support/index.ts';
import type { TrafficRun } from '../engine.ts';
import { startTraffic } from '../start.ts';
import { controlPort, fromEnvironment, paths, type RemoteInput, type RemoteLine } from './protocol.ts';

const { env } = process;
const input = fromEnvironment(env);
const worker = Number(env['JOB_COMPLETION_INDEX'] ?? 0);
let run: TrafficRun | null = null;
let ready = false;
let seq = 0;
const agreed = Promise.withResolvers<number>();

type Said = RemoteLine extends infer Line ? (Line extends RemoteLine ? Omit<Line, 'seq'> : never) : never;

function say(line: Said): void {
  process.stdout.write(`${JSON.stringify({ seq, ...line })}\n`);
  seq += 1;
}

function prepare(originMs: number): void {
  run = startTraffic({
    plan: input.plan,
    target: targetOf(input.target),
    seed: input.seed,
    originMs,
    startAtMs: agreed.promise,
    onReady: () => (ready = true),
    goodResponseMs: input.goodResponseMs,
    share: { worker, of: input.of },
    workers: { count: 1, reason: 'one thread in each pod' },
    onSecond: (second) => say({ kind: 'second', second }),
    onTick: (tick) => say({ kind: 'tick', tick }),
  });
  run.done.then(
    (end) => finish({ kind: 'end', end }),
    (error: unknown) => finish({ kind: 'failed', message: messageOf(error) }),
  );
}

/** Says the last line and leaves once it was written. */
function finish(line: Said): void {
  say(line);
  server.close();
  server.closeAllConnections();
  process.stdout.write('', () => process.exit(line.kind === 'end' ? 0 : 1));
}

/** Kubernetes tells each pod the addresses of the Services that were there before it. */
function targetOf(target: RemoteInput['target']): URL {
  if ('url' in target) return new URL(target.url);
  const prefix = target.service.toUpperCase().replaceAll(/[-.]/g, '_');
  const host = env[`${prefix}_SERVICE_HOST`] ?? '';
  const port = env[`${prefix}_SERVICE_PORT`] ?? '';
  return new URL(`${target.tls ? 'https' : 'http'}://${host.includes(':') ? `[${host}]` : host}:${port}`);
}

const server = createServer((request, response) => {
  const url = new URL(request.url ?? '/', 'http://generator');
  const answer = (body: object): void => {
    response.setHeader('content-type', 'application/json').end(JSON.stringify(body));
  };
  switch (url.pathname) {
    case paths.clock:
      return answer({ now: monotonicMs(), ready });
    case '/prepare':
      // Asked twice where an answer was lost on the way.
      if (run === null) prepare(Number(url.searchParams.get('origin')));
      return answer({ now: monotonicMs() });
    case '/start': {
      const startAtMs = Number(url.searchParams.get('at'));
      agreed.resolve(startAtMs);
      return answer({ now: monotonicMs(), startAtMs });
    }
    case paths.stop:
      run?.stop();
      return answer({ now: monotonicMs() });
    default:
      response.statusCode = 404;
      return answer({});
  }
});
server.listen(Number(env['PORT'] ?? controlPort), env['HOST'] ?? env['POD_IP'] ?? '0.0.0.0');
process.on('SIGTERM', () => process.exit(143));
