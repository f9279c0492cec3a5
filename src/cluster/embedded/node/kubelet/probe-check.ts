import { connect } from 'node:net';
import { httpRequest } from './http.ts';
import { request as httpsRequest } from 'node:https';
import { followedVersion } from '../../config.ts';
import type { Container } from '../runtime/index.ts';
import type { SpecContainer } from './environment.ts';
import type { PodAddress } from './pod-addresses.ts';

export type Probe = NonNullable<SpecContainer['readinessProbe']>;
type HttpGet = NonNullable<Probe['httpGet']>;
type TcpSocket = NonNullable<Probe['tcpSocket']>;

/** What a probe came to; `output` is what events say about a failure. */
export interface ProbeResult {
  success: boolean;
  output: string;
}

/** Whom to probe, and how long to wait. */
export interface ProbeTarget {
  container: SpecContainer;
  address: PodAddress;
  instance: Container;
  timeoutMs: number;
  /** As the pod's spec says it, for messages. */
  nominalTimeoutSeconds: number;
}

/** Probes once. Never rejects: what goes wrong is a failed probe, worded as the kubelet words it. */
export async function checkProbe(probe: Probe, target: ProbeTarget): Promise<ProbeResult> {
  if (probe.httpGet !== undefined) return checkHttp(probe.httpGet, target);
  if (probe.tcpSocket !== undefined) return checkTcp(probe.tcpSocket, target);
  if (probe.exec !== undefined) return checkExec(probe.exec.command ?? [], target);
  return { success: false, output: 'missing probe handler: expected httpGet, tcpSocket or exec' };
}

function checkHttp(get: HttpGet, { container, address, timeoutMs }: ProbeTarget): Promise<ProbeResult> {
  const port = portOf(get.port, container, address);
  if (port === undefined) return Promise.resolve(unknownPort(get.port));
  const scheme = (get.scheme ?? 'HTTP').toLowerCase();
  const path = (get.path ?? '/').startsWith('/') ? (get.path ?? '/') : `/${get.path}`;
  const host = get.host ?? address.ip;
  const url = `${scheme}://${host}:${port}${path}`;
  const headers: Record<string, string> = {
    'user-agent': `kube-probe/${followedVersion.replace(/^v(\d+\.\d+).*/, '$1')}`,
    accept: '*/*',
    connection: 'close',
  };
  for (const { name, value } of get.httpHeaders ?? []) headers[name.toLowerCase()] = value;
  return new Promise((resolve) => {
    const failed = (why: string): void => resolve({ success: false, output: `Get "${url}": ${why}` });
    const request = scheme === 'https' ? httpsRequest : httpRequest;
    const asked = request(
      { host, port, path, headers, agent: false, rejectUnauthorized: false },
      (answer) => {
        const { statusCode = 0 } = answer;
        answer.resume();
        asked.destroy();
        const success = statusCode >= 200 && statusCode < 400;
        resolve({ success, output: success ? '' : `HTTP probe failed with statuscode: ${statusCode}` });
      },
    );
    const timer = setTimeout(() => {
      failed('context deadline exceeded (Client.Timeout exceeded while awaiting headers)');
      asked.destroy();
    }, timeoutMs);
    asked.on('error', (error) => failed(networkFailure(error, host, port)));
    asked.on('close', () => clearTimeout(timer));
    asked.end();
  });
}

function checkTcp(tcp: TcpSocket, { container, address, timeoutMs }: ProbeTarget): Promise<ProbeResult> {
  const port = portOf(tcp.port, container, address);
  if (port === undefined) return Promise.resolve(unknownPort(tcp.port));
  const host = tcp.host ?? address.ip;
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const finish = (success: boolean, output: string): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve({ success, output });
    };
    const timer = setTimeout(() => finish(false, `dial tcp ${host}:${port}: i/o timeout`), timeoutMs);
    socket.once('connect', () => finish(true, ''));
    socket.once('error', (error) => finish(false, networkFailure(error, host, port)));
  });
}

async function checkExec(
  command: string[],
  { instance, timeoutMs, nominalTimeoutSeconds }: ProbeTarget,
): Promise<ProbeResult> {
  const { exitCode, output, timedOut } = await instance.exec(command, timeoutMs);
  if (!timedOut) return { success: exitCode === 0, output };
  return {
    success: false,
    output: `command timed out: "${command.join(' ')}" timed out after ${nominalTimeoutSeconds}s`,
  };
}

/** A port by number or by the name of one of the container's ports, as it really is. */
function portOf(
  port: number | string,
  container: SpecContainer,
  { portMap }: PodAddress,
): number | undefined {
  const number =
    typeof port === 'number' || /^\d+$/.test(port)
      ? Number(port)
      : container.ports?.find(({ name }) => name === port)?.containerPort;
  return number === undefined ? undefined : (portMap[number] ?? number);
}

function unknownPort(port: number | string): ProbeResult {
  return { success: false, output: `couldn't find port: ${port}` };
}

/** A socket's error in the words of Go's net package, which people know from events. */
function networkFailure(error: NodeJS.ErrnoException, host: string, port: number): string {
  const words: Record<string, string> = {
    ECONNREFUSED: `dial tcp ${host}:${port}: connect: connection refused`,
    EHOSTUNREACH: `dial tcp ${host}:${port}: connect: no route to host`,
    ECONNRESET: error.message.includes('socket hang up')
      ? 'EOF'
      : `read tcp ${host}:${port}: read: connection reset by peer`,
  };
  return words[error.code ?? ''] ?? error.message;
}
