import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { OpenbellError } from '../support/index.ts';

/** `market-open-20261121T073000Z`: the scenario's name and the UTC second. */
export function runFolderName(scenario: string, wallMs: number): string {
  const time = new Date(wallMs).toISOString().replaceAll(/[-:]|\.\d+/g, '');
  const name = scenario
    .toLowerCase()
    .replaceAll(/[^a-z0-9.]+/g, '-')
    .replaceAll(/^[-.]+|[-.]+$/g, '');
  return `${name === '' ? 'run' : name}-${time}`;
}

/**
 * Makes the run's own folder below `outDir`. One that exists is never used: `-2`, `-3`, … is appended.
 *
 * @returns its absolute path. @throws {OpenbellError} `OUT_DIR_NOT_WRITABLE`.
 */
export async function createRunFolder(outDir: string, name: string): Promise<string> {
  try {
    await mkdir(outDir, { recursive: true });
    for (let number = 1; ; number += 1) {
      const folder = path.resolve(outDir, number === 1 ? name : `${name}-${number}`);
      if (await makeNew(folder)) return folder;
    }
  } catch (cause) {
    throw new OpenbellError(
      `expected to make a folder for the run in ${outDir}, but that cannot be written`,
      {
        code: 'OUT_DIR_NOT_WRITABLE',
        hint: 'Choose another with --out, or change its permissions.',
        cause,
      },
    );
  }
}

async function makeNew(folder: string): Promise<boolean> {
  try {
    await mkdir(folder);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Writes a file so that it is either there as a whole or not at all. */
export async function writeAtomically(file: string, text: string): Promise<void> {
  // Two runs at once may write the index of the same folder.
  const draft = `${file}.${process.pid}.part`;
  try {
    await writeFile(draft, text);
    await rename(draft, file);
  } catch (cause) {
    await rm(draft, { force: true });
    throw new OpenbellError(`${file} could not be written`, {
      code: 'REPORT_NOT_WRITTEN',
      hint: 'Check that the folder may be written and that the disk has room; `openbell report <run folder>` writes it again.',
      cause,
    });
  }
}
