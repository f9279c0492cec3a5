import path from 'node:path';

/** The folder with the sample API's package: in a clone and in an installed package it lies beside `src`. */
export function sampleApiFolder(): string {
  return path.resolve(import.meta.dirname, '../../sample-api');
}

/** File of the sample API's server, relative to its folder; compiled when openbell is. */
export function sampleApiMain(): string {
  return `src/server${path.extname(import.meta.filename)}`;
}
