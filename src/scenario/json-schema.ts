import * as z from 'zod';
import { fileSchema } from './schema.ts';

/** Where the JSON Schema of scenario files is kept, relative to the folder of the built-in scenarios. */
export const jsonSchemaFile = 'scenario.schema.json';

/** The JSON Schema of scenario files, for editors; made from the same definition that files are checked with. */
export function scenarioJsonSchema(): object {
  return {
    title: 'openbell scenario',
    ...z.toJSONSchema(fileSchema, { io: 'input', unrepresentable: 'any' }),
  };
}
