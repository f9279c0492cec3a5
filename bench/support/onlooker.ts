/**
 * A second pair of eyes on the API: watches pods, nodes and slices with a client of its own, on a thread that has nothing else to do,
 * and notes when each change came in.
 */
import { Agent, get } from 'node:https';
import { isMainThread, parentPort, workerData } from 'node:worker_threads';
import { parse } from 'yaml';
import { recordingThread, type RecordingThread } from './recording-thread.ts';

/** A change of an object; `atMs` is of the machine's monotonic clock. */
export interface Change {
  atMs: number;
  type: 'ADDED' | 'MODIFIED' | 'DELETED';
  kind: 'Pod' | 'Node' | 'EndpointSlice';
  name: string;
  terminating: boolean;
  /** Of a pod or node its Ready condition. */
  ready: boolean;
  /** Of a pod whether all of its containers run. */
  running: boolean;
  /** Of a slice the pods whose endpoints are ready. */
  listed: string[];
}

/** Starts to look; `end` resolves with what was seen, in order. */
export function onlooker(kubeconfig: string): Promise<RecordingThread<Change>> {
  return recordingThread<Change>(new URL(import.meta.url), kubeconfig);
}

interface Config {
  clusters: { cluster: { server: string; 'certificate-authority-data': string } }[];
  users: { user: { 'client-certificate-data': string; 'client-key-data': string } }[];
}

interface Watched {
  type: Change['type'];
  object: {
    metadata: { name: string; deletionTimestamp?: string };
    status?: {
      conditions?: { type: string; status: string }[];
      containerStatuses?: { state?: { running?: object } }[];
    };
    endpoints?: { conditions?: { ready?: boolean }; targetRef?: { name: string } }[];
  };
}

async function look(kubeconfig: string, port: NonNullable<typeof parentPort>): Promise<void> {
  const { clusters, users } = parse(kubeconfig) as Config;
  const [cluster, user] = [clusters[0]?.cluster, users[0]?.user];
  if (cluster === undefined || user === undefined) throw new Error('a kubeconfig without cluster or user');
  const bytes = (text: string): Buffer => Buffer.from(text, 'base64');
  const agent = new Agent({
    ca: bytes(cluster['certificate-authority-data']),
    cert: bytes(user['client-certificate-data']),
    key: bytes(user['client-key-data']),
    keepAlive: true,
  });
  const changes: Change[] = [];
  const follow = (path: string, kind: Change['kind']): Promise<void> =>
    new Promise((resolve, reject) => {
      get(new URL(`${path}?watch=1&timeoutSeconds=3600`, cluster.server), { agent }, (response) => {
        let rest = '';
        response.setEncoding('utf8').on('data', (text: string) => {
          const atMs = Number(process.hrtime.bigint()) / 1e6;
          const parts = (rest + text).split('\n');
          rest = parts.pop() ?? '';
          for (const line of parts) if (line !== '') changes.push(changeOf(JSON.parse(line), { atMs, kind }));
        });
        // The cluster ends before the onlooker does.
        response.on('error', () => {});
        resolve();
      }).on('error', reject);
    });
  await Promise.all([
    follow('/api/v1/pods', 'Pod'),
    follow('/api/v1/nodes', 'Node'),
    follow('/apis/discovery.k8s.io/v1/endpointslices', 'EndpointSlice'),
  ]);
  port.postMessage('ready', []);
  port.once('message', () => port.postMessage(changes, []));
}

function changeOf(
  { type, object: { metadata, status, endpoints = [] } }: Watched,
  { atMs, kind }: Pick<Change, 'atMs' | 'kind'>,
): Change {
  return {
    atMs,
    type,
    kind,
    name: metadata.name,
    terminating: metadata.deletionTimestamp !== undefined,
    ready: status?.conditions?.find((condition) => condition.type === 'Ready')?.status === 'True',
    running: status?.containerStatuses?.every(({ state }) => state?.running !== undefined) === true,
    listed: endpoints
      .filter(({ conditions }) => conditions?.ready !== false)
      .flatMap(({ targetRef }) => targetRef?.name ?? []),
  };
}

if (!isMainThread && parentPort !== null) await look(workerData as string, parentPort);
