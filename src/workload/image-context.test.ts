import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { layOutImageContext } from './image-context.ts';
import { sampleApiImage } from './sample-api.ts';

let folder: string;
let packages: string[];
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'openbell-context-'));
  packages = await layOutImageContext(folder);
});
afterAll(() => rm(folder, { recursive: true }));

/** Starts a server, asks it for a quote, ends it. */
async function quoteFrom(command: string[], cwd: string, env: Record<string, string>): Promise<unknown> {
  const [program = '', ...args] = command;
  const child = spawn(program === 'node' ? process.execPath : program, args, {
    cwd,
    env: { ...env, POD_IP: '127.0.0.1', PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    let listening = 0;
    for await (const line of createInterface({ input: child.stdout })) {
      const { message, port } = JSON.parse(line) as { message: string; port: number };
      if (message === 'listening') listening = port;
      if (message === 'ready') {
        return await (await fetch(`http://127.0.0.1:${listening}/quote/AAPL`)).json();
      }
    }
    return null;
  } finally {
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
}

describe('the build context of the image', () => {
  it('serves with nothing but what lies in it', async () => {
    expect(await quoteFrom(['node', '.'], folder, {})).toMatchObject({ symbol: 'AAPL' });
  });

  it('holds the Dockerfile, the sources without tests, and only packages that are needed', async () => {
    expect(await readdir(folder)).toEqual([
      '.dockerignore',
      'Dockerfile',
      'node_modules',
      'package.json',
      'src',
    ]);
    expect((await readdir(path.join(folder, 'src'))).filter((file) => file.includes('.test.'))).toEqual([]);
    expect(packages).toContain('node_modules/express');
    expect(packages).not.toContain('node_modules/vitest');
    // The Dockerfile copies what is there and installs nothing.
    expect(await readFile(path.join(folder, 'Dockerfile'), 'utf8')).not.toMatch(/^RUN/m);
  });
});

describe('the image as a program', () => {
  it('serves from where it lies', async () => {
    const { command, workingDir, env } = sampleApiImage();
    expect(await quoteFrom(command, workingDir, env)).toMatchObject({ symbol: 'AAPL' });
  });
});
