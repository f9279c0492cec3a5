#!/usr/bin/env node
// Starts the command line on a Node.js that runs TypeScript as it is: this one, or the one pinned in node_modules.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import module from 'node:module';
import { fileURLToPath } from 'node:url';

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
const root = fileURLToPath(new URL('../../', import.meta.url));

if (major > 22 || (major === 22 && minor >= 19)) {
  // Compiled code is kept between runs; child processes find it through the environment.
  process.env.NODE_COMPILE_CACHE ??= `${root}node_modules/.cache/openbell`;
  module.enableCompileCache?.(process.env.NODE_COMPILE_CACHE);
  // Started by the other branch below, which may be killed: the run then ends as on SIGTERM.
  process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));
  process.channel?.unref();
  const { main } = await import('./main.ts');
  process.exitCode = await main(process.argv.slice(2));
} else {
  const pinned = `${root}node_modules/.bin/node`;
  if (!existsSync(pinned)) {
    process.stderr.write(`openbell needs Node.js 22.19 or newer; this is ${process.version}. Run: npm ci\n`);
    process.exit(1);
  }
  // In a group of its own: Ctrl-C reaches it once, from here.
  const child = spawn(pinned, process.argv.slice(1), {
    detached: true,
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('exit', (code) => process.exit(code ?? 1));
}
