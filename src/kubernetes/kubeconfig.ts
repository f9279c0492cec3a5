import { readFileSync } from 'node:fs';
import { OpenbellError, exitCodes, messageOf, nearest } from '../support/index.ts';
import { preload } from './transport.ts';

/** One context of a user's kubeconfig. */
export interface Kubeconfig {
  /** A kubeconfig with that context as the current one, credentials and exec plugins included. */
  text: string;
  server: string;
  /** What the context names as its namespace. */
  namespace: string | null;
}

/**
 * Reads a context from a file or, where none is given, from where `kubectl` would (`KUBECONFIG`, `~/.kube/config`).
 *
 * @throws {OpenbellError} exit code 106, with the contexts that there are.
 */
export async function readKubeconfig(context: string, file?: string): Promise<Kubeconfig> {
  const { KubeConfig } = await preload();
  const config = new KubeConfig();
  try {
    if (file === undefined) config.loadFromDefault();
    else {
      // Read first: the library's own message for a file that is not there does not name it.
      readFileSync(file);
      config.loadFromFile(file);
    }
  } catch (cause) {
    throw new OpenbellError(
      `the kubeconfig${file === undefined ? '' : ` ${file}`} cannot be read: ${messageOf(cause)}`,
      {
        code: 'KUBECONFIG_INVALID',
        exitCode: exitCodes.clusterNotProvided,
        hint: 'Name a file with --kubeconfig, or set KUBECONFIG.',
      },
    );
  }
  const names = config.getContexts().map(({ name }) => name);
  const found = config.getContextObject(context);
  const cluster = found === null ? null : config.getCluster(found.cluster);
  if (found === null || cluster === null) {
    const near = nearest(context, names);
    throw new OpenbellError(
      `expected a context named "${context}" in the kubeconfig, got ${names.join(', ') || 'none'}`,
      {
        code: 'CONTEXT_UNKNOWN',
        exitCode: exitCodes.clusterNotProvided,
        hint: near === undefined ? 'kubectl config get-contexts lists them.' : `Did you mean ${near}?`,
      },
    );
  }
  config.setCurrentContext(context);
  return { text: config.exportConfig(), server: cluster.server, namespace: found.namespace ?? null };
}
