import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { definitions } from './html/definitions.ts';

test("every definition in the report's page stands in docs/definitions.md under the same anchor", async () => {
  const text = await readFile(new URL('../../docs/definitions.md', import.meta.url), 'utf8');
  const anchors = [...text.matchAll(/<a id="([^"]+)">/g)].map(([, name]) => name);
  expect(Object.keys(definitions).filter((name) => !anchors.includes(name))).toEqual([]);
});
