/** The embedded cluster's certificates: a CA of its own, and the identities that it signs. Nothing of it outlives the run folder. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** PEM files of one identity; paths. */
export interface IdentityFiles {
  ca: string;
  cert: string;
  key: string;
}

interface Pem {
  cert: string;
  key: string;
}

type Extensions = NonNullable<NonNullable<Parameters<typeof import('selfsigned').generate>[1]>['extensions']>;

interface Subject {
  commonName: string;
  organization?: string;
}

const serverNames = ['localhost', 'kubernetes', 'kubernetes.default', 'kubernetes.default.svc'];

/**
 * Writes a new CA (`ca.crt`, `ca.key`), the API server's certificate for localhost and `addresses` (`server.*`), the
 * administrator's (`admin.*`, group system:masters) and one per node (`node-<name>.*`, group system:nodes) to `dir`.
 */
export async function createPki(
  dir: string,
  nodes: readonly string[],
  addresses: readonly string[] = ['127.0.0.1'],
): Promise<void> {
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const ca = await sign({ commonName: 'openbell' }, [
    { name: 'basicConstraints', cA: true, critical: true },
    { name: 'keyUsage', keyCertSign: true, cRLSign: true, digitalSignature: true, critical: true },
  ]);
  await write(dir, 'ca', ca);
  await Promise.all([
    sign({ commonName: 'kube-apiserver' }, serverExtensions(addresses), ca).then((pem) =>
      write(dir, 'server', pem),
    ),
    sign({ commonName: 'kubernetes-admin', organization: 'system:masters' }, clientExtensions, ca).then(
      (pem) => write(dir, 'admin', pem),
    ),
    ...nodes.map((node) => issueNode(dir, node, ca)),
  ]);
}

/** Signs and writes the identity of one more node. @returns its files. */
export async function issueNodeIdentity(dir: string, node: string): Promise<IdentityFiles> {
  const [cert, key] = await Promise.all([
    readFile(join(dir, 'ca.crt'), 'utf8'),
    readFile(join(dir, 'ca.key'), 'utf8'),
  ]);
  await issueNode(dir, node, { cert, key });
  return nodeIdentityFiles(dir, node);
}

/** Where {@link createPki} and {@link issueNodeIdentity} put a node's identity. */
export function nodeIdentityFiles(dir: string, node: string): IdentityFiles {
  return {
    ca: join(dir, 'ca.crt'),
    cert: join(dir, `node-${node}.crt`),
    key: join(dir, `node-${node}.key`),
  };
}

/** A kubeconfig as YAML text: the administrator at `url`, everything embedded, one context named `name`. */
export async function adminKubeconfig(
  dir: string,
  { name, url }: { name: string; url: string },
): Promise<string> {
  const encoded = async (file: string): Promise<string> =>
    (await readFile(join(dir, file))).toString('base64');
  const [ca, cert, key] = await Promise.all([encoded('ca.crt'), encoded('admin.crt'), encoded('admin.key')]);
  const quoted = JSON.stringify(name);
  return `apiVersion: v1
kind: Config
clusters:
- name: ${quoted}
  cluster:
    server: ${url}
    certificate-authority-data: ${ca}
users:
- name: ${quoted}
  user:
    client-certificate-data: ${cert}
    client-key-data: ${key}
contexts:
- name: ${quoted}
  context:
    cluster: ${quoted}
    user: ${quoted}
current-context: ${quoted}
`;
}

const clientExtensions: Extensions = [
  { name: 'basicConstraints', cA: false, critical: true },
  { name: 'keyUsage', digitalSignature: true, critical: true },
  { name: 'extKeyUsage', clientAuth: true },
];

const serverExtensions = (addresses: readonly string[]): Extensions => [
  { name: 'basicConstraints', cA: false, critical: true },
  { name: 'keyUsage', digitalSignature: true, critical: true },
  { name: 'extKeyUsage', serverAuth: true },
  {
    name: 'subjectAltName',
    altNames: [
      ...serverNames.map((value) => ({ type: 2 as const, value })),
      ...addresses.map((ip) => ({ type: 7 as const, ip })),
    ],
  },
];

async function issueNode(dir: string, node: string, ca: Pem): Promise<void> {
  const subject = { commonName: `system:node:${node}`, organization: 'system:nodes' };
  await write(dir, `node-${node}`, await sign(subject, clientExtensions, ca));
}

/** A P-256 certificate; signed by itself when there is no CA. Loaded late: the library takes about 80 ms. */
async function sign({ commonName, organization }: Subject, extensions: Extensions, ca?: Pem): Promise<Pem> {
  const { generate } = await import('selfsigned');
  const subject = [
    { name: 'commonName', value: commonName },
    ...(organization === undefined ? [] : [{ name: 'organizationName', value: organization }]),
  ];
  const dayMs = 24 * 3600 * 1000;
  const { cert, private: key } = await generate(subject, {
    keyType: 'ec',
    curve: 'P-256',
    algorithm: 'sha256',
    extensions,
    // A day back, for clocks that disagree.
    notBeforeDate: new Date(Date.now() - dayMs),
    notAfterDate: new Date(Date.now() + 365 * dayMs),
    ...(ca !== undefined && { ca }),
  });
  return { cert, key };
}

async function write(dir: string, name: string, { cert, key }: Pem): Promise<void> {
  await Promise.all([
    writeFile(join(dir, `${name}.crt`), cert),
    writeFile(join(dir, `${name}.key`), key, { mode: 0o600 }),
  ]);
}
