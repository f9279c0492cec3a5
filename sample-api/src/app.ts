import { setTimeout as sleep } from 'node:timers/promises';
import express, { type ErrorRequestHandler, type Express, type RequestHandler, type Response } from 'express';
import type { Log } from './log.ts';
import type { Metrics } from './metrics.ts';
import { OrderBook, parseOrder, symbolPattern } from './orders.ts';
import { optionValue, spotOf } from './pricing.ts';
import type { Settings } from './settings.ts';

/** Where the server is in its life. Alive in all of them, ready in one. */
export type LifeStage = 'starting' | 'ready' | 'draining';

/** What the routes need. */
export interface AppContext {
  settings: Settings;
  /** Monte Carlo paths that cost `settings.quoteWorkMs`. */
  paths: number;
  stage: () => LifeStage;
  /** Answers under way; kept up to date by the app. */
  inFlight: Set<Response>;
  metrics: Metrics;
  log: Log;
}

/** The API's routes. Every answer, errors included, carries `x-pod`, `x-node` and `x-request-id`. */
export function createApp(context: AppContext): Express {
  const { settings, stage, metrics } = context;
  const book = new OrderBook();
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');

  app.use(account(context));

  app.get('/livez', (_request, response) => {
    response.type('text').send('ok\n');
  });
  app.get('/readyz', (_request, response) => {
    response
      .status(stage() === 'ready' ? 200 : 503)
      .type('text')
      .send(`${stage()}\n`);
  });
  app.get('/metrics', (_request, response) => {
    response.type('text/plain; version=0.0.4').send(
      metrics.text({
        openbell_quote_work_paths: [
          'Monte Carlo paths behind one quote, from the calibration.',
          context.paths,
        ],
      }),
    );
  });

  app.get('/quote/:symbol', whenStarted(stage), (request, response) => {
    const symbol = String(request.params['symbol']).toUpperCase();
    if (!symbolPattern.test(symbol)) {
      response.status(400).json({ error: `expected a symbol like "AAPL", got ${JSON.stringify(symbol)}` });
      return;
    }
    const { spot, seed } = spotOf(symbol);
    const option = optionValue(spot, context.paths, seed);
    const halfSpread = spot * 0.0001;
    response.json({
      symbol,
      bid: cents(spot - halfSpread),
      ask: cents(spot + halfSpread),
      oneDayCall: cents(option),
    });
  });

  app.get('/orders', whenStarted(stage), async (_request, response) => {
    await sleep(settings.ordersWaitMs);
    response.json({ orders: book.latest() });
  });
  app.post('/orders', whenStarted(stage), express.json({ limit: '100kb' }), (request, response) => {
    const parsed = parseOrder(request.body);
    if ('problems' in parsed) response.status(400).json({ error: 'not an order', problems: parsed.problems });
    else response.status(201).json(book.add(parsed.order));
  });

  app.use((request, response) => {
    response.status(404).json({ error: `no ${request.method} ${request.path} here` });
  });
  app.use(answerError(context.log));
  return app;
}

/** Names the answer's origin, counts it and logs it, whatever becomes of it. */
function account({ settings, stage, inFlight, metrics, log }: AppContext): RequestHandler {
  return (request, response, next) => {
    const start = performance.now();
    const id = (request.get('x-request-id') ?? '').slice(0, 128) || crypto.randomUUID();
    response.setHeader('x-pod', settings.pod);
    response.setHeader('x-node', settings.node);
    response.setHeader('x-request-id', id);
    if (stage() === 'draining') response.setHeader('connection', 'close');

    inFlight.add(response);
    metrics.inFlight = inFlight.size;
    response.once('close', () => {
      inFlight.delete(response);
      metrics.inFlight = inFlight.size;
      const durationMs = performance.now() - start;
      const route = (request.route as { path: string } | undefined)?.path ?? 'other';
      const status = response.writableFinished ? response.statusCode : 'aborted';
      metrics.count(route, request.method, status, durationMs / 1000);
      // Probes come every second or so: they are worth a line only when they fail.
      if (status === 200 && (route === '/livez' || route === '/readyz' || route === '/metrics')) return;
      log({ id, method: request.method, path: request.originalUrl, status, durationMs: cents(durationMs) });
    });
    next();
  };
}

/** Refuses work that comes before the server is ready. */
function whenStarted(stage: () => LifeStage): RequestHandler {
  return (_request, response, next) => {
    if (stage() === 'starting') response.status(503).set('retry-after', '1').json({ error: 'starting' });
    else next();
  };
}

/** Turns what a handler or body parser threw into a JSON answer; Express knows it by its four parameters. */
function answerError(log: Log): ErrorRequestHandler {
  return (error: Error & { status?: number; expose?: boolean }, _request, response, next) => {
    if (response.headersSent) {
      next(error);
      return;
    }
    const status = error.status ?? 500;
    if (status >= 500) log({ level: 'error', message: error.stack ?? String(error) });
    response.status(status).json({ error: error.expose === true ? error.message : 'internal error' });
  };
}

function cents(value: number): number {
  return Math.round(value * 100) / 100;
}
