import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { fieldTypes, fieldTypesFile } from './field-types.ts';

test('the field types of the embedded API server are those of the official client', async () => {
  expect(JSON.parse(await readFile(fieldTypesFile, 'utf8'))).toEqual(await fieldTypes());
});
