import type { KubeConfig, User } from '@kubernetes/client-node';
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
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
  const config = await load(file).catch((cause: unknown) => {
    throw new OpenbellError(
      `the kubeconfig${file === undefined ? '' : ` ${file}`} cannot be read: ${messageOf(cause)}`,
      {
        code: 'KUBECONFIG_INVALID',
        exitCode: exitCodes.clusterNotProvided,
        hint: 'Name a file with --kubeconfig, or set KUBECONFIG.',
      },
    );
  });
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
  const user = config.getCurrentUser();
  if (user?.exec) tellPlugin(user, cluster);
  return { text: config.exportConfig(), server: cluster.server, namespace: found.namespace ?? null };
}

/** The files together, as kubectl merges them: of two entries with one name the first counts. */
async function load(file: string | undefined): Promise<KubeConfig> {
  const { KubeConfig } = await preload();
  const { parse } = await import('yaml');
  const files = file === undefined ? usualFiles() : [file];
  const merged = new KubeConfig();
  if (files.length === 0) {
    // In a pod, or nowhere.
    merged.loadFromDefault();
    return merged;
  }
  merged.loadFromString('{}');
  for (const each of files) {
    const config = new KubeConfig();
    // Read here: the library's own message for a file that is not there does not name it.
    const text = readFileSync(each, 'utf8');
    config.loadFromFile(each);
    const { users = [] } = (parse(text) ?? {}) as { users?: WrittenUser[] };
    for (const user of config.getUsers()) {
      const written = users.find(({ name }) => name === user.name)?.user ?? {};
      Object.assign(user, inFull(user, written, path.dirname(path.resolve(each))));
    }
    const isNew = <T extends { name: string }>(known: readonly T[]) => {
      const names = new Set(known.map(({ name }) => name));
      return ({ name }: T): boolean => !names.has(name);
    };
    merged.clusters.push(...config.clusters.filter(isNew(merged.clusters)));
    merged.users.push(...config.users.filter(isNew(merged.users)));
    merged.contexts.push(...config.contexts.filter(isNew(merged.contexts)));
  }
  return merged;
}

function usualFiles(): string[] {
  const { KUBECONFIG = '' } = process.env;
  const files =
    KUBECONFIG === '' ? [path.join(homedir(), '.kube', 'config')] : KUBECONFIG.split(path.delimiter);
  return files.filter((each) => each !== '' && existsSync(each));
}

/** A user as it stands in the file, as far as the library passes over it. */
interface WrittenUser {
  name?: string;
  user?: { tokenFile?: string };
}

/** What the library leaves as it is: a plugin's path relative to the file, and a token that is read again when it changes. */
function inFull(
  { exec }: User,
  { tokenFile }: NonNullable<WrittenUser['user']>,
  folder: string,
): Pick<User, 'exec' | 'authProvider'> {
  const { command } = (exec ?? {}) as { command?: string };
  // Without a slash it is looked for on PATH.
  const isRelative = command !== undefined && /[\\/]/.test(command) && !path.isAbsolute(command);
  return {
    ...(isRelative && { exec: { ...(exec as object), command: path.resolve(folder, command) } }),
    ...(tokenFile !== undefined && {
      authProvider: { name: 'tokenFile', config: { tokenFile: path.resolve(folder, tokenFile) } },
    }),
  };
}

/** Plugins read from their environment what they are to answer in, and whether they may ask somebody. */
function tellPlugin(user: User, cluster: ReturnType<KubeConfig['getCluster']>): void {
  const exec = user.exec as {
    apiVersion?: string;
    provideClusterInfo?: boolean;
    env?: { name: string; value: string }[];
  };
  const info = {
    apiVersion: exec.apiVersion ?? 'client.authentication.k8s.io/v1',
    kind: 'ExecCredential',
    spec: {
      interactive: false,
      ...(exec.provideClusterInfo === true && {
        cluster: {
          server: cluster?.server,
          'tls-server-name': cluster?.tlsServerName,
          'insecure-skip-tls-verify': cluster?.skipTLSVerify,
          'certificate-authority-data':
            cluster?.caData ??
            (cluster?.caFile === undefined ? undefined : readFileSync(cluster.caFile).toString('base64')),
        },
      }),
    },
  };
  exec.env = [...(exec.env ?? []), { name: 'KUBERNETES_EXEC_INFO', value: JSON.stringify(info) }];
}
