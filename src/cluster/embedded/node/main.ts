/** The process of one node: `main.ts <config.json>`, told what to do by its parent over Node's IPC channel. */
import { readFileSync } from 'node:fs';
import { flushCompileCache } from 'node:module';
import { messageOf } from '../../../support/index.ts';
import type { FromChild, NodeConfig, ToChild } from '../config.ts';
import { connectHttpApi } from '../http-api.ts';
import { Link } from '../link.ts';
import { EmbeddedNode } from './node.ts';

let node: EmbeddedNode | undefined;
let ending = false;

process.on('message', (message: ToChild) => {
  if (message.type === 'stop') end(0);
  else if (message.type === 'links') void relink(message.cut);
  else switchComponent(message.component, message.action);
});
// Nobody is left who would end us.
process.on('disconnect', () => end(0));
process.on('SIGTERM', () => end(0));
// Ctrl-C reaches every process of the terminal's group; our parent decides what it means.
process.on('SIGINT', () => undefined);
process.on('uncaughtException', (error) => fail(error));

try {
  const [, , configFile = ''] = process.argv;
  const config = JSON.parse(readFileSync(configFile, 'utf8')) as NodeConfig;
  const link = new Link();
  const api = await connectHttpApi({ url: config.apiServerUrl, tls: config.tls, link });
  if (!ending) {
    node = new EmbeddedNode({ config, api, link, log });
    await node.ready;
    tell({ type: 'ready', facts: node.facts });
    // Kept now and not at the end, for a node may lose its power: the next one starts sooner and takes less memory.
    flushCompileCache();
  }
} catch (error) {
  fail(error);
}

function switchComponent(component: string, action: 'stop' | 'start'): void {
  const done = { type: 'component-done', component, action } as const;
  try {
    node?.component(component, action);
    tell(done);
  } catch (error) {
    tell({ ...done, error: messageOf(error) });
  }
}

async function relink(cut: string[]): Promise<void> {
  tell({ type: 'links-done', cut, proof: (await node?.relink(cut)) ?? 'the node does not run yet' });
}

function end(exitCode: number): void {
  if (ending) return;
  ending = true;
  void (node?.shutDown() ?? Promise.resolve())
    .catch((error: unknown) => log(messageOf(error)))
    .finally(() => process.exit(exitCode));
}

function fail(error: unknown): void {
  log(error instanceof Error ? (error.stack ?? error.message) : String(error));
  tell({ type: 'failed', message: messageOf(error) });
  end(1);
}

function tell(message: FromChild): void {
  if (process.connected) process.send?.(message, () => undefined);
}

function log(message: string): void {
  process.stderr.write(`${new Date().toISOString()} ${message}\n`);
}
