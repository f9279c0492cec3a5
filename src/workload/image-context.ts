import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { OpenbellError } from '../support/index.ts';
import { sampleApiFolder, sampleApiMain } from './sample-api-source.ts';

interface Package {
  /** Where the package lies on this machine. */
  source: string;
  /** Where it goes, relative to the build context; '' for the app itself. */
  target: string;
}

/**
 * Lays out a container build context for the sample API in `folder`: its Dockerfile, its sources without tests, and its
 * production dependencies copied from this installation, so that the build needs neither npm nor a network. The
 * dependencies may be hoisted to an upper `node_modules`; here they lie beside the sources.
 *
 * @returns the packages that were copied, sorted, as paths relative to `folder`.
 * @throws {OpenbellError} `DEPENDENCY_MISSING` when the installation is incomplete.
 */
export async function layOutImageContext(folder: string): Promise<string[]> {
  const app = sampleApiFolder();
  await mkdir(folder, { recursive: true });
  for (const file of ['Dockerfile', '.dockerignore']) await cp(path.join(app, file), path.join(folder, file));
  await cp(path.join(app, 'src'), path.join(folder, 'src'), {
    recursive: true,
    filter: (file) => !/\.test\.[jt]s$/.test(file),
  });
  const { name, version, type, dependencies } = await manifestOf(app);
  const manifest = { name, version, private: true, type, main: sampleApiMain(), dependencies };
  await writeFile(path.join(folder, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);

  return copyPackages(app, folder, Object.keys(dependencies ?? {}));
}

/**
 * Copies packages and everything that they need at run time from an installation into a folder's `node_modules`.
 *
 * @param app The package whose dependencies they are.
 * @returns what was copied, sorted, as paths relative to `folder`.
 * @throws {OpenbellError} `DEPENDENCY_MISSING` when the installation is incomplete.
 */
export async function copyPackages(app: string, folder: string, names: readonly string[]): Promise<string[]> {
  const packages = await dependencyClosure(app, names);
  for (const { source, target } of packages) {
    const nested = path.join(source, 'node_modules');
    await cp(source, path.join(folder, target), { recursive: true, filter: (file) => file !== nested });
  }
  return packages.map(({ target }) => target).sort();
}

/**
 * Every package that the one at `app` needs at run time, placed so that Node's resolution finds for each the same files
 * that it finds here: at the top where the name is free, else inside the package that needs it.
 */
async function dependencyClosure(app: string, names: readonly string[]): Promise<Package[]> {
  const placed = new Map<string, Package>();
  const queue: Package[] = [{ source: app, target: '' }];
  for (let dependant = queue.shift(); dependant !== undefined; dependant = queue.shift()) {
    const needed =
      dependant.target === '' ? names : Object.keys((await manifestOf(dependant.source)).dependencies ?? {});
    for (const name of needed) {
      const source = await findPackage(name, dependant.source);
      const visible = lookUp(name, dependant.target, placed);
      if (visible?.source === source) continue;
      const target = path.join(visible === undefined ? '' : dependant.target, 'node_modules', name);
      const added = { source, target };
      placed.set(target, added);
      queue.push(added);
    }
  }
  return [...placed.values()];
}

/** What `require(name)` would find from `target`, as far as placed yet. */
function lookUp(name: string, target: string, placed: Map<string, Package>): Package | undefined {
  for (let from = target; ; from = path.dirname(from)) {
    const found = placed.get(path.join(from === '.' ? '' : from, 'node_modules', name));
    if (found !== undefined || from === '' || from === '.') return found;
  }
}

async function findPackage(name: string, from: string): Promise<string> {
  for (let folder = from; ; folder = path.dirname(folder)) {
    const candidate = path.join(folder, 'node_modules', name);
    const there = await readFile(path.join(candidate, 'package.json')).then(
      () => true,
      () => false,
    );
    if (there) return candidate;
    if (folder === path.dirname(folder)) {
      throw new OpenbellError(
        `expected the package "${name}" in a node_modules folder above ${from}, found none`,
        {
          code: 'DEPENDENCY_MISSING',
          hint: 'Install the dependencies: npm ci',
        },
      );
    }
  }
}

/** A package's manifest. */
export async function manifestOf(folder: string): Promise<Manifest> {
  return JSON.parse(await readFile(path.join(folder, 'package.json'), 'utf8')) as Manifest;
}
interface Manifest {
  name: string;
  version: string;
  type?: string;
  dependencies?: Record<string, string>;
}
