import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { describe, expect, test } from 'vitest';

const require = createRequire(import.meta.url);
const requireAsAutocannon = createRequire(require.resolve('autocannon'));

describe('autocannon is used from within', () => {
  test.each([
    ['autocannon', require, '9.0.0'],
    ['http-parser-js', requireAsAutocannon, '0.5.10'],
  ])('%s is the version whose inner parts were read', (name, from, expected) => {
    const { version } = from(`${name}/package.json`) as { version: string };
    expect(
      version,
      `${name} changed from ${expected} to ${version}. The traffic generator overrides inner parts of it: read ` +
        'lib/httpClient.js and http-parser.js against src/traffic/generator/{connection,parser,requests}.ts, see that ' +
        'outcomes.test.ts and generator.test.ts pass and bench/traffic-cost.ts shows the figures it did, then put the ' +
        'new version into this test',
    ).toBe(expected);
  });

  test('the project pins it exactly', () => {
    const manifest = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')) as {
      dependencies: Record<string, string>;
    };
    expect(manifest.dependencies['autocannon']).toBe('9.0.0');
  });
});
