import { OpenbellError, exitCodes } from '../support/index.ts';

const engines = ['docker', 'podman', 'nerdctl', 'finch'];

/**
 * The command that builds images and runs containers: docker, or what kind's own variable names. @throws {OpenbellError} when that
 * is none.
 */
export function containerEngine(env: Record<string, string | undefined> = process.env): string {
  const engine = env['KIND_EXPERIMENTAL_PROVIDER'] || 'docker';
  if (engines.includes(engine)) return engine;
  throw new OpenbellError(
    `KIND_EXPERIMENTAL_PROVIDER: expected one of ${engines.join(', ')}, got "${engine}"`,
    {
      code: 'ENGINE_UNKNOWN',
      exitCode: exitCodes.clusterNotProvided,
      hint: 'Unset it to use docker.',
    },
  );
}

/** What to do about an engine, in a few words each. */
export function engineHelp(engine: string): {
  install: string;
  start: string;
  restart: string;
  allow: string;
} {
  switch (engine) {
    case 'docker':
      return {
        install: 'https://docs.docker.com/engine/install/',
        start: 'Docker Desktop, or sudo systemctl start docker',
        restart: 'sudo systemctl restart docker',
        allow: 'Add the user to the group docker and log in anew: sudo usermod -aG docker "$USER"',
      };
    case 'podman':
      return {
        install: 'https://podman.io/docs/installation',
        start: 'podman machine start; on Linux it needs none: podman info says what is wrong',
        restart: 'podman machine stop && podman machine start',
        allow: 'Use it as root, or rootless: https://kind.sigs.k8s.io/docs/user/rootless/',
      };
    default:
      return {
        install: `see ${engine}'s own documentation`,
        start: `see ${engine}'s own documentation`,
        restart: `see ${engine}'s own documentation`,
        allow: `see ${engine}'s own documentation`,
      };
  }
}
