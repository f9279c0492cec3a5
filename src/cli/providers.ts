import { createInterface } from 'node:readline/promises';
import {
  embeddedProvider,
  existingProvider,
  kindProvider,
  type ClusterProvider,
  type ExistingOptions,
} from '../cluster/index.ts';
import { OpenbellError, exitCodes } from '../support/index.ts';
import { loadGeneratorImageName, sampleApiImageName } from '../workload/index.ts';
import type { Context } from './context.ts';

/** Where a command is to run things, as its options say. */
export interface WhereRequest {
  on: 'embedded' | 'kind' | 'existing';
  kindImage?: string | undefined;
  context?: string | undefined;
  iMean?: string | undefined;
  kubeconfig?: string | undefined;
  namespace?: string | undefined;
  image?: string | undefined;
  loadImage?: string | undefined;
  push?: string | undefined;
  entry?: string | undefined;
}

/**
 * The provider that the options name. `OPENBELL_KIND_IMAGE` stands in for `--kind-image`.
 *
 * @throws {OpenbellError} exit code 2, for options that do not go together.
 */
export function providerFor(request: WhereRequest): ClusterProvider {
  const { on, kindImage } = request;
  switch (on) {
    case 'embedded':
    case 'kind':
      refuseOthers(request);
      return on === 'embedded'
        ? embeddedProvider()
        : kindProvider({ image: kindImage ?? (process.env['OPENBELL_KIND_IMAGE'] || undefined) });
    case 'existing':
      return existingProvider(existingOptions(request));
    default:
      return on satisfies never;
  }
}

const existingOnly = [
  'context',
  'iMean',
  'kubeconfig',
  'namespace',
  'image',
  'loadImage',
  'push',
  'entry',
] as const;

function refuseOthers(request: WhereRequest): void {
  const given = existingOnly.filter((name) => request[name] !== undefined);
  if (given.length === 0) return;
  const options = given
    .map((name) => `--${name.replace(/[A-Z]/, (letter) => `-${letter.toLowerCase()}`)}`)
    .join(', ');
  throw usage(`${options} ${given.length === 1 ? 'goes' : 'go'} with --on existing`);
}

function existingOptions(request: WhereRequest): ExistingOptions {
  const { context, iMean, kubeconfig, image, loadImage, push, entry } = request;
  if (context === undefined) throw usage('--on existing needs the context of a kubeconfig: --context NAME');
  if (image !== undefined && push !== undefined) throw usage('--image and --push exclude each other');
  if (entry !== undefined && entry !== 'port-forward' && !/^https?:\/\//.test(entry)) {
    throw usage(`--entry takes a URL such as http://desk.example.com, or port-forward; got ${entry}`);
  }
  const named = { [sampleApiImageName]: image, [loadGeneratorImageName]: loadImage };
  return { context, meant: iMean ?? '', kubeconfig, named, push, entry };
}

/** Asks on a terminal for the context's name a second time, where the options do not say it. */
export async function askWhatIsMeant<R extends WhereRequest>(request: R, { stderr }: Context): Promise<R> {
  const { on, context, iMean } = request;
  if (on !== 'existing' || context === undefined || iMean !== undefined || !process.stdin.isTTY)
    return request;
  const terminal = createInterface({ input: process.stdin, output: stderr });
  try {
    const answer = await terminal.question(
      `Pods, traffic and faults will be put into the cluster of context ${context}.\nType its name to go on: `,
    );
    return { ...request, iMean: answer.trim() };
  } finally {
    terminal.close();
  }
}

function usage(message: string): OpenbellError {
  return new OpenbellError(message, {
    code: 'USAGE',
    exitCode: exitCodes.usage,
    hint: 'openbell run --help',
  });
}
