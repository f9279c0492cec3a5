/** What holds the values of a scenario file together: mappings that know their keys, and lists. */
import * as z from 'zod';
import { nearest } from '../support/index.ts';
import { wrong } from './wrong.ts';

/** A mapping that knows all of its keys. */
export function section<S extends z.ZodRawShape>(shape: S) {
  const keys = Object.keys(shape);
  return z.strictObject(shape, {
    error: (issue) => {
      if (issue.code === 'unrecognized_keys')
        return issue.keys.map((key) => unknownKey(key, keys)).join('\n');
      return wrong(
        `a mapping with ${keys.length > 1 ? 'keys among' : 'the key'} ${keys.join(', ')}`,
        issue.input,
      );
    },
  });
}

function unknownKey(key: string, keys: string[]): string {
  const near = nearest(key, keys);
  return `there is no key "${key}" here; ${near === undefined ? `expected one of ${keys.join(', ')}` : `did you mean ${near}?`}`;
}

/** How the message ends when none of the keys is given. */
export const noneGiven = 'got none of them';

/** A mapping of which exactly one key is given; it says which kind of thing it is. */
export function exactlyOne<S extends z.ZodRawShape>(shape: S) {
  const keys = Object.keys(shape);
  return section(shape)
    .partial()
    .meta({ minProperties: 1, maxProperties: 1 })
    .superRefine((value, context) => {
      const given = Object.keys(value);
      if (given.length === 1) return;
      const got = given.length === 0 ? noneGiven : `got ${given.join(' and ')}`;
      context.addIssue({ code: 'custom', message: `expected exactly one of ${keys.join(', ')}, ${got}` });
    });
}

/** A list of things of one kind. */
export function list<T extends z.ZodType>(item: T, what: string) {
  return z.array(item, {
    error: ({ input }) =>
      wrong(`a list of ${what}`, input, input === null ? 'write [] or leave the key out' : undefined),
  });
}

/** A mapping from names to texts. */
export function texts(what: string) {
  return z.record(z.string(), z.string({ error: ({ input }) => quoteAdvice(what, input) }), {
    error: ({ input }) => wrong(`a mapping from names to ${what}`, input),
  });
}

function quoteAdvice(what: string, input: unknown): string {
  const simple = typeof input === 'number' || typeof input === 'boolean';
  return wrong(`text for ${what}`, input, simple ? `write "${String(input)}"` : undefined);
}
