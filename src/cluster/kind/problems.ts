/** Pure: what a failed command of kind or of the container engine wrote → what is wrong and the one thing to do. */
import { CommandError, OpenbellError, exitCodes, messageOf } from '../../support/index.ts';
import { containerEngine, engineHelp } from '../container-engine.ts';

/** A reason why a cluster could not be provided, found in what a command wrote. */
interface Problem {
  code: string;
  signs: RegExp;
  /** Completes "the kind cluster could not be provided: …". */
  says: string;
  hint: string | ((engine: string) => string);
}

const problems: readonly Problem[] = [
  {
    code: 'ENGINE_DENIED',
    signs: /permission denied while trying to connect|dial unix .*permission denied/i,
    says: 'this user may not talk to the container engine',
    hint: (engine) => engineHelp(engine).allow,
  },
  {
    code: 'ENGINE_DOWN',
    signs:
      /cannot connect to the docker daemon|is the docker daemon running|cannot connect to podman|failed to connect to .*docker.*(sock|pipe|API)|docker desktop is (not running|unable)/i,
    says: 'the container engine does not answer',
    hint: (engine) => `Start it: ${engineHelp(engine).start}; then openbell doctor`,
  },
  {
    code: 'IMAGE_NOT_PULLED',
    signs:
      /failed to pull image|pull access denied|manifest unknown|manifest for .* not found|unable to find image .* locally[\s\S]*error|no such image|failed to resolve (source metadata|reference)|toomanyrequests/i,
    says: 'an image could not be pulled',
    hint: (engine) =>
      `Check the network and the name, or choose a node image that is here: ${engine} images kindest/node, then --kind-image NAME`,
  },
  {
    code: 'CLUSTER_EXISTS',
    signs: /already exist for a cluster with the name|is already in use by container/i,
    says: 'a cluster of that name is there, and openbell did not make it',
    hint: 'Choose another name; openbell never touches a cluster that it did not create.',
  },
  {
    code: 'PORT_TAKEN',
    signs: /port is already allocated|address already in use|ports are not available/i,
    says: 'a port that the cluster needs is taken',
    hint: 'Free it, or leave hostPort out of kind-config.yaml.',
  },
  {
    code: 'DISK_FULL',
    signs: /no space left on device/i,
    says: "the container engine's disk is full",
    hint: (engine) =>
      `Make room: ${engine} system df shows what takes it, ${engine} system prune frees what nothing uses.`,
  },
  {
    code: 'INOTIFY_LIMIT',
    signs: /too many open files|inotify_init|inotify watches|no space left on .*inotify/i,
    says: 'the machine allows too few inotify watches',
    hint: 'Raise them: sudo sysctl fs.inotify.max_user_watches=524288 fs.inotify.max_user_instances=512',
  },
  {
    code: 'MEMORY_SHORT',
    signs: /cannot allocate memory|out of memory|oomkilled|signal: killed/i,
    says: 'the container engine ran out of memory',
    hint: 'Give it more (Docker Desktop: Settings, Resources), or ask for fewer workers.',
  },
  {
    code: 'CGROUP_UNSUITABLE',
    signs: /requires cgroup v2|cgroup.*delegat/i,
    says: 'a rootless container engine needs cgroup v2 with delegation',
    hint: 'See https://kind.sigs.k8s.io/docs/user/rootless/',
  },
];

/** The problem that some output is about; undefined where nothing known is found. */
export function problemIn(
  output: string,
  engine: string,
): { code: string; says: string; hint: string } | undefined {
  const found = problems.find(({ signs }) => signs.test(output));
  if (found === undefined) return undefined;
  const { code, says, hint } = found;
  return { code, says, hint: typeof hint === 'string' ? hint : hint(engine) };
}

/** Anything that kept a cluster from coming up, as the error that ends the command: exit code 106 and what to do. */
export function notProvided(error: unknown): OpenbellError {
  if (error instanceof OpenbellError && error.exitCode === exitCodes.clusterNotProvided) return error;
  const found = error instanceof CommandError ? problemIn(error.output, containerEngine()) : undefined;
  const why = found === undefined ? messageOf(error) : `${found.says}\n${messageOf(error)}`;
  const own = error instanceof OpenbellError ? error : undefined;
  return new OpenbellError(`the kind cluster could not be provided: ${why}`, {
    code: found?.code ?? own?.code ?? 'CLUSTER_NOT_PROVIDED',
    hint: found?.hint ?? own?.hint ?? 'openbell doctor --on kind checks what it needs.',
    exitCode: exitCodes.clusterNotProvided,
    cause: undefined,
  });
}
