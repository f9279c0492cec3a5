import * as z from 'zod';
import { fileSchema } from './schema.ts';

/** Where the JSON Schema of scenario files is kept, relative to the folder of the built-in scenarios. */
export const jsonSchemaFile = 'scenario.schema.json';

/**
 * The JSON Schema of scenario files, for editors; made from the same definition that files are checked with. Draft 7 is
 * what YAML editors understand best.
 */
export function scenarioJsonSchema(): object {
  return {
    title: 'openbell scenario',
    ...z.toJSONSchema(fileSchema, { io: 'input', target: 'draft-7', unrepresentable: 'any' }),
  };
}
