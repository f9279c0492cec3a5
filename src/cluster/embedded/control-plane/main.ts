/**
 * The control plane of an embedded cluster: API server, scheduler and controller manager in one process, each of which can
 * be stopped and started on its own. Ends itself when its parent's channel closes.
 */
import { readFileSync } from 'node:fs';
import { flushCompileCache } from 'node:module';
import { messageOf, systemClock } from '../../../support/index.ts';
import type { ControlPlaneConfig, FromChild, ToChild } from '../config.ts';
import { createApiContext, createLocalApi, startApiServer } from './api-server/index.ts';
import { startControllerManager } from './controllers/index.ts';
import { startScheduler } from './scheduler/index.ts';

const [configFile = ''] = process.argv.slice(2);
const config = JSON.parse(readFileSync(configFile, 'utf8')) as ControlPlaneConfig;

process.on('disconnect', () => process.exit(0));
process.on('message', (message: ToChild) => {
  if (message.type === 'stop') process.exit(0);
  if (message.type === 'component') switchComponent(message);
});

type Name = 'api-server' | 'scheduler' | 'controller-manager';

/** A component: whether it was asked to run, and what runs of it. */
interface Part {
  start: () => Promise<{ stop: () => Promise<void> }>;
  wanted: boolean;
  running?: { stop: () => Promise<void> } | undefined;
}
let parts: Partial<Record<Name, Part>> = {};
/** One switch at a time. */
let switching: Promise<unknown> = Promise.resolve();

try {
  await run();
} catch (error) {
  tell({ type: 'failed', message: messageOf(error) });
  process.exitCode = 1;
  process.disconnect();
}

async function run(): Promise<void> {
  const { timings, addresses } = config;
  const context = await createApiContext({ timings, addresses });
  const api = createLocalApi(context);
  const inProcess = { api, clock: systemClock, timings };
  parts = {
    'api-server': {
      wanted: true,
      async start() {
        const server = await startApiServer({ config, context });
        return { stop: () => server.close() };
      },
    },
    scheduler: {
      wanted: true,
      start: () => Promise.resolve(startScheduler({ ...inProcess, log: logger('scheduler') })),
    },
    'controller-manager': {
      wanted: true,
      start: () => Promise.resolve(startControllerManager({ ...inProcess, log: logger('controllers') })),
    },
  };
  await arrange();
  tell({ type: 'ready', port: config.apiServer.port });
  flushCompileCache();
}

/**
 * Starts and stops what is to be. Scheduler and controllers reach the objects without the server in this process; they rest
 * while it is stopped, as they could see and do nothing then.
 */
async function arrange(): Promise<void> {
  const serves = parts['api-server']?.wanted === true;
  for (const part of Object.values(parts)) {
    if (part.wanted && serves) part.running ??= await part.start();
    else {
      await part.running?.stop();
      part.running = undefined;
    }
  }
}

function switchComponent({ component, action }: Extract<ToChild, { type: 'component' }>): void {
  switching = switching.then(async () => {
    try {
      const part = parts[component as Name];
      if (part === undefined) throw new Error('the control plane has no such component');
      part.wanted = action === 'start';
      await arrange();
      tell({ type: 'component-done', component, action });
    } catch (error) {
      tell({ type: 'component-done', component, action, error: messageOf(error) });
    }
  });
}

function logger(component: string): (line: string) => void {
  return (line) => void process.stdout.write(`${new Date().toISOString()} ${component}: ${line}\n`);
}

function tell(message: FromChild): void {
  if (process.connected) process.send?.(message);
}
