/**
 * Loaded before the player: names under `bell.test` are answered from a folder instead of by the system's resolver. A
 * file of the name means 127.0.0.1, one that says `hangs` that no answer comes, no file that there is no such name.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const dns = createRequire(import.meta.url)('node:dns') as { lookup: unknown };
const system = dns.lookup as (name: string, options: object, callback: unknown) => void;
const folder = process.env['BELL_TEST_NAMES'] ?? '';

dns.lookup = (
  name: string,
  options: { all?: boolean },
  callback: (error: Error | null, address?: unknown, family?: number) => void,
): void => {
  if (!name.endsWith('.bell.test')) {
    system(name, options, callback);
    return;
  }
  const says = contentOf(`${folder}/${name}`);
  if (says === 'hangs') return;
  setImmediate(() => {
    if (says === null) {
      const error = Object.assign(new Error(`getaddrinfo ENOTFOUND ${name}`), { code: 'ENOTFOUND' });
      callback(error);
    } else if (options.all === true) callback(null, [{ address: '127.0.0.1', family: 4 }]);
    else callback(null, '127.0.0.1', 4);
  });
};

function contentOf(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}
