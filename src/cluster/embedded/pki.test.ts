import { X509Certificate } from 'node:crypto';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { adminKubeconfig, createPki, issueNodeIdentity } from './pki.ts';

test('every identity is signed by the CA and says who it is', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'openbell-pki-'));
  try {
    await createPki(dir, ['worker-1']);
    const late = await issueNodeIdentity(dir, 'worker-2');
    const read = async (file: string) => new X509Certificate(await readFile(file));
    const ca = await read(late.ca);
    const server = await read(join(dir, 'server.crt'));
    const node = await read(late.cert);
    for (const certificate of [server, node, await read(join(dir, 'admin.crt'))]) {
      expect(certificate.verify(ca.publicKey)).toBe(true);
    }
    expect(server.checkIP('127.0.0.1')).toBe('127.0.0.1');
    expect(server.checkHost('localhost')).toBe('localhost');
    expect(node.subject).toBe('CN=system:node:worker-2\nO=system:nodes');
    expect((await stat(late.key)).mode & 0o077).toBe(0);
    const config = parse(await adminKubeconfig(dir, { name: 'lab', url: 'https://127.0.0.1:1' })) as {
      clusters: { cluster: { server: string } }[];
    };
    expect(config.clusters[0]?.cluster.server).toBe('https://127.0.0.1:1');
  } finally {
    await rm(dir, { recursive: true });
  }
});
