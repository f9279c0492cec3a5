import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';

/** A scenario that comes with openbell. */
export interface BuiltInScenario {
  name: string;
  title: string;
  description: string;
  /** Absolute path of its file, to be read or copied. */
  file: string;
}

/** The order in which a newcomer should meet them; others follow by name. */
const order = [
  'market-open',
  'pod-kill',
  'node-loss',
  'steady',
  'control-plane-down',
  'market-day',
  'trading-session',
  'patient-users',
  'kept-connections',
];

/** Folder of the built-in scenarios; in a clone and in an installed package it lies beside `src`. */
export function builtInFolder(): string {
  return path.resolve(import.meta.dirname, '../../scenarios');
}

export function builtInFile(name: string): string {
  return path.join(builtInFolder(), `${name}.yaml`);
}

/** Names of the built-in scenarios. */
export async function builtInNames(): Promise<string[]> {
  const files = await readdir(builtInFolder());
  const rank = (name: string): number => (order.includes(name) ? order.indexOf(name) : order.length);
  return files
    .filter((file) => file.endsWith('.yaml'))
    .map((file) => path.basename(file, '.yaml'))
    .sort((a, b) => rank(a) - rank(b) || a.localeCompare(b));
}

/** The built-in scenarios with what they are about. */
export async function builtInScenarios(): Promise<BuiltInScenario[]> {
  const { parse } = await import('yaml');
  const names = await builtInNames();
  return Promise.all(
    names.map(async (name) => {
      const file = builtInFile(name);
      const { metadata } = parse(await readFile(file, 'utf8')) as {
        metadata: { title?: string; description?: string };
      };
      return { name, title: metadata.title ?? name, description: (metadata.description ?? '').trim(), file };
    }),
  );
}
