import { chmod, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parse } from 'yaml';

interface Written {
  clusters: { name: string; cluster: Record<string, unknown> & { server: string } }[];
  users: { user: Record<string, string> }[];
}

/** What a plugin answers with: a token, or a certificate and its key in PEM. */
export interface Credential {
  token?: string;
  clientCertificateData?: string;
  clientKeyData?: string;
}

/** The cluster and the user's certificate that a kubeconfig names. */
export function readWritten(kubeconfig: string): { server: URL; certificate: Credential } {
  const { clusters, users } = parse(kubeconfig) as Written;
  const user = users[0]?.user ?? {};
  const pem = (name: string): string => Buffer.from(user[name] ?? '', 'base64').toString();
  return {
    server: new URL(clusters[0]?.cluster.server ?? ''),
    certificate: {
      clientCertificateData: pem('client-certificate-data'),
      clientKeyData: pem('client-key-data'),
    },
  };
}

/**
 * Writes a kubeconfig with the context `theirs`, whose user is a program that lies beside it, named relative to it, and that
 * answers only who told it what it is to answer in.
 *
 * @returns the file's path.
 */
export async function pluginKubeconfig(
  folder: string,
  { kubeconfig, port, credential }: { kubeconfig: string; port: number; credential: Credential },
): Promise<string> {
  const apiVersion = 'client.authentication.k8s.io/v1';
  await mkdir(folder, { recursive: true });
  const answer = { apiVersion, kind: 'ExecCredential', status: credential };
  await writeFile(path.join(folder, 'credential.json'), JSON.stringify(answer));
  const plugin = path.join(folder, 'who');
  await writeFile(
    plugin,
    `#!/bin/sh\ncase "$KUBERNETES_EXEC_INFO" in *${apiVersion}*) cat "$(dirname "$0")/$FILE" ;; *) echo nobody told me >&2; exit 1 ;; esac\n`,
  );
  await chmod(plugin, 0o700);
  const [cluster] = (parse(kubeconfig) as Written).clusters;
  const server = new URL(cluster?.cluster.server ?? '');
  server.port = String(port);
  const file = path.join(folder, 'config');
  const exec = {
    apiVersion,
    command: './who',
    env: [{ name: 'FILE', value: 'credential.json' }],
    interactiveMode: 'Never',
  };
  const written = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'theirs', cluster: { ...cluster?.cluster, server: server.origin } }],
    users: [{ name: 'me', user: { exec } }],
    contexts: [{ name: 'theirs', context: { cluster: 'theirs', user: 'me' } }],
  };
  await writeFile(file, JSON.stringify(written), { mode: 0o600 });
  return file;
}
