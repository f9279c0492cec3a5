import { runProgram, type CommandOptions } from '../../support/index.ts';
import { containerEngine } from '../container-engine.ts';

/** Runs kind and the container engine it uses. Each call resolves with what was written to standard output. */
export interface KindTools {
  /** `docker`, `podman`, … as `KIND_EXPERIMENTAL_PROVIDER` says. */
  readonly engine: string;
  readonly kind: (args: readonly string[], options?: CommandOptions) => Promise<string>;
  readonly docker: (args: readonly string[], options?: CommandOptions) => Promise<string>;
}

/** The tools as they are found on PATH. @throws {OpenbellError} when kind's variable names an engine that is none. */
export function kindTools(env: Record<string, string | undefined> = process.env): KindTools {
  const engine = containerEngine(env);
  return {
    engine,
    kind: async (args, options) => (await runProgram('kind', args, options)).stdout,
    docker: async (args, options) => (await runProgram(engine, args, options)).stdout,
  };
}

/** Label that kind gives its containers, with the cluster's name. */
const clusterLabel = 'io.x-k8s.kind.cluster';

/** A node's container. */
export interface NodeContainer {
  id: string;
  name: string;
}

/** The containers of a cluster, running or not. */
export async function containersOf(tools: KindTools, cluster: string): Promise<NodeContainer[]> {
  const lines = await tools.docker([
    'ps',
    '--all',
    '--no-trunc',
    '--filter',
    `label=${clusterLabel}=${cluster}`,
    '--format',
    '{{.ID}} {{.Names}}',
  ]);
  return lines
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const [id = '', name = ''] = line.trim().split(' ');
      return { id, name };
    });
}

/** The container engine's network that all kind clusters share. */
const kindNetwork = 'kind';

/** Id of the network that all kind clusters share; null where there is none. */
export async function kindNetworkId({ docker }: KindTools): Promise<string | null> {
  const lines = await docker(['network', 'ls', '--no-trunc', '--format', '{{.ID}} {{.Name}}']);
  const found = lines.split('\n').find((line) => line.trim().endsWith(` ${kindNetwork}`));
  return found?.trim().split(' ')[0] ?? null;
}

/** Whether a container, running or not, is in the network that all kind clusters share. */
export async function kindNetworkInUse({ docker }: KindTools): Promise<boolean> {
  return (await docker(['ps', '--all', '--quiet', '--filter', `network=${kindNetwork}`])).trim() !== '';
}
