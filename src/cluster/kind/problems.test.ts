import { expect, it, test } from 'vitest';
import { CommandError, OpenbellError } from '../../support/index.ts';
import { notProvided } from './problems.ts';
import { atLeast, versionIn } from './requirements.ts';

const wrote = (output: string): CommandError =>
  new CommandError(`kind create cluster\n  failed: exit code 1\n    ${output}`, {
    code: 'COMMAND_FAILED',
    output,
  });

test.for([
  [
    'Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?',
    'ENGINE_DOWN',
  ],
  [
    'permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock',
    'ENGINE_DENIED',
  ],
  [
    'ERROR: failed to create cluster: failed to pull image "kindest/node:v9": command "docker pull" failed',
    'IMAGE_NOT_PULLED',
  ],
  ['Error response from daemon: manifest for node:99-slim not found: manifest unknown', 'IMAGE_NOT_PULLED'],
  ['Bind for 127.0.0.1:30080 failed: port is already allocated', 'PORT_TAKEN'],
  ['node(s) already exist for a cluster with the name "kind"', 'CLUSTER_EXISTS'],
  ['write /var/lib/docker/tmp: no space left on device', 'DISK_FULL'],
  ['failed to create fsnotify watcher: too many open files', 'INOTIFY_LIMIT'],
  ['fork/exec: cannot allocate memory', 'MEMORY_SHORT'],
  ['running kind with rootless provider requires cgroup v2', 'CGROUP_UNSUITABLE'],
] as const)('%s is understood', ([output, code]) => {
  const error = notProvided(wrote(output));
  expect(error).toMatchObject({ code, exitCode: 106 });
  expect(error.hint).toMatch(/\w{3}/);
  // The command that can be pasted, and what it wrote, are there.
  expect(error.message).toContain('kind create cluster');
  expect(error.message).toContain(output);
});

it('tells what a command wrote where nothing known is in it', () => {
  const error = notProvided(wrote('the moon is full'));
  expect(error).toMatchObject({ code: 'COMMAND_FAILED', exitCode: 106 });
  expect(error.message).toContain('the moon is full');
});

it('keeps an error that says what to do already', () => {
  const error = new OpenbellError('no', { code: 'CLUSTER_EXISTS', exitCode: 106, hint: 'Do this.' });
  expect(notProvided(error)).toBe(error);
});

test('versions are compared number by number', () => {
  expect(versionIn('kind v0.30.0 go1.26.0 linux/amd64')).toBe('0.30.0');
  expect(atLeast('0.30.0', '0.20.0')).toBe(true);
  expect(atLeast('0.9.0', '0.20.0')).toBe(false);
  expect(atLeast('20.10', '20.10.0')).toBe(true);
  expect(atLeast('19.3.1', '20.10.0')).toBe(false);
});
