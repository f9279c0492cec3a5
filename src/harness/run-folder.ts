import { mkdir, open, rename, rm, writeFile, type FileHandle } from 'node:fs/promises';
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
  const draft = draftOf(file);
  try {
    await writeFile(draft, text);
    await rename(draft, file);
  } catch (cause) {
    await rm(draft, { force: true });
    throw notWritten(file, cause);
  }
}

/** Like {@link writeAtomically}, piece by piece: nothing of it is there unless `write` succeeds. */
export async function writePieces<T>(
  file: string,
  write: (add: (text: string) => Promise<void>) => Promise<T>,
): Promise<T> {
  const draft = draftOf(file);
  let handle: FileHandle | undefined;
  const add = async (text: string): Promise<void> => {
    try {
      handle ??= await open(draft, 'w');
      await handle.appendFile(text);
    } catch (cause) {
      throw notWritten(file, cause);
    }
  };
  try {
    const result = await write(add);
    await handle?.close();
    if (handle) await rename(draft, file);
    return result;
  } catch (error) {
    await handle?.close().catch(() => {});
    await rm(draft, { force: true });
    throw error;
  }
}

/** Two runs at once may write the index of the same folder. */
function draftOf(file: string): string {
  return `${file}.${process.pid}.part`;
}

function notWritten(file: string, cause: unknown): OpenbellError {
  return new OpenbellError(`${file} could not be written`, {
    code: 'REPORT_NOT_WRITTEN',
    hint: 'Check that the folder may be written and that the disk has room; `openbell report <run folder>` writes it again.',
    cause,
  });
}
