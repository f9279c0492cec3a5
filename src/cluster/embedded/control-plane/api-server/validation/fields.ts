/** Findings about single fields, worded as Kubernetes words them. */
import type { FieldError } from '../errors.ts';

/** The field must be there. */
export function required(field: string, why = ''): FieldError {
  return {
    reason: 'FieldValueRequired',
    field,
    message: why === '' ? 'Required value' : `Required value: ${why}`,
  };
}

/** The field is there but wrong. Values are shown as JSON, with their keys in order. */
export function invalidValue(field: string, value: unknown, why: string): FieldError {
  return { reason: 'FieldValueInvalid', field, message: `Invalid value: ${shown(value)}: ${why}` };
}

/** The value is none of those that exist. */
export function notSupported(field: string, value: string, supported: readonly string[]): FieldError {
  const list = [...supported].sort().map((text) => JSON.stringify(text));
  return {
    reason: 'FieldValueNotSupported',
    field,
    message: `Unsupported value: ${JSON.stringify(value)}: supported values: ${list.join(', ')}`,
  };
}

/** The value appears a second time. */
export function duplicate(field: string, value: unknown): FieldError {
  return { reason: 'FieldValueDuplicate', field, message: `Duplicate value: ${shown(value)}` };
}

/** What the value names does not exist. */
export function notFoundValue(field: string, value: unknown): FieldError {
  return { reason: 'FieldValueNotFound', field, message: `Not found: ${shown(value)}` };
}

/** The field may not be there, or not be changed. */
export function forbiddenField(field: string, why: string): FieldError {
  return { reason: 'FieldValueForbidden', field, message: `Forbidden: ${why}` };
}

/** Each problem with a value as a finding. */
export function problemsWith(field: string, value: unknown, problems: readonly string[]): FieldError[] {
  return problems.map((problem) => invalidValue(field, value, problem));
}

/** Whole numbers that count something. */
export function notNegative(field: string, value: number | undefined): FieldError[] {
  return value === undefined || value >= 0
    ? []
    : [invalidValue(field, value, 'must be greater than or equal to 0')];
}

/** One of a set of words; empty is not. */
export function oneOf(field: string, value: string | undefined, supported: readonly string[]): FieldError[] {
  if (value !== undefined && supported.includes(value)) return [];
  return value === undefined || value === '' ? [required(field)] : [notSupported(field, value, supported)];
}

export function portNumber(field: string, port: number): FieldError[] {
  return port >= 1 && port <= 65_535
    ? []
    : [invalidValue(field, port, 'must be between 1 and 65535, inclusive')];
}

/** A port's number, or the name of one. */
export function portNumberOrName(field: string, port: number | string): FieldError[] {
  return typeof port === 'number' ? portNumber(field, port) : portName(field, port);
}

export function portName(field: string, name: string): FieldError[] {
  const problems: string[] = [];
  if (name.length > 15) problems.push('must be no more than 15 characters');
  if (!/^[-a-z0-9]+$/.test(name))
    problems.push('must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)');
  if (!/[a-z]/.test(name)) problems.push('must contain at least one letter (a-z)');
  if (name.includes('--')) problems.push('must not contain consecutive hyphens');
  if (name.startsWith('-') || name.endsWith('-')) problems.push('must not begin or end with a hyphen');
  return problemsWith(field, name, problems);
}

function shown(value: unknown): string {
  return value === undefined ? 'null' : JSON.stringify(inOrder(value));
}

function inOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item: unknown) => inOrder(item));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, item]) => [key, inOrder(item)]));
}
