import { readFileSync } from 'node:fs';
import path from 'node:path';
import { OpenbellError, exitCodes, runProgram, signalGroup, until } from '../../support/index.ts';
import {
  creatorFile,
  folderOf,
  isLeftOver,
  readRecord,
  readRecords,
  removeRecord,
  updateRecord,
  type ClusterRecord,
} from './record.ts';
import { containersOf, kindNetworkId, kindNetworkInUse, type KindTools } from './tools.ts';

/**
 * Deletes a cluster of ours: its containers, the images that were built for it, and the network where its boot made that and
 * nothing else uses it. Resolves when nothing of it is left; safe to call twice.
 *
 * @throws {OpenbellError} `CLUSTER_NOT_OURS` when containers of that name are not the ones that the record names.
 */
export async function removeCluster(record: ClusterRecord, tools: KindTools): Promise<void> {
  const { kindName } = record;
  // As it is now: images may have been built since.
  const current = readRecord(kindName);
  if (current?.owner !== record.owner) return;
  await endCreator(kindName);
  const containers = await containersOf(tools, kindName);
  const strangers =
    current.state === 'ready' ? containers.filter(({ id }) => !current.containers.includes(id)) : [];
  if (strangers.length > 0) {
    throw new OpenbellError(
      `the kind cluster "${kindName}" is not the one that openbell made: ${strangers.map(({ name }) => name).join(', ')}`,
      {
        code: 'CLUSTER_NOT_OURS',
        exitCode: exitCodes.clusterNotProvided,
        hint: `Somebody made it anew. If nobody needs it: kind delete cluster --name ${kindName}`,
      },
    );
  }
  // A boot that was broken off may have a container under way: deleted until none comes any more.
  await until(
    async () => {
      // The kubeconfig that kind would tidy is the user's; ours goes with the folder.
      await tools.kind(['delete', 'cluster', '--name', kindName, '--kubeconfig', '/dev/null'], {
        timeoutMs: 120_000,
      });
      return (await containersOf(tools, kindName)).length === 0;
    },
    { what: `the containers of ${kindName} to be gone`, deadlineMs: 120_000, everyMs: 500 },
  );
  const others = readRecords().filter((other) => other.kindName !== kindName);
  for (const image of current.images) {
    if (others.some(({ images }) => images.includes(image))) continue;
    await tools.docker(['image', 'rm', image]).catch(() => {});
  }
  const network = await kindNetworkId(tools);
  if (network !== null && network !== current.networkBefore && !(await removeNetwork(tools, network))) {
    // Another cluster of ours is still in it: the last one takes it along.
    const [heir] = others;
    if (heir !== undefined) updateRecord(heir, { networkBefore: null });
  }
  removeRecord(kindName);
}

/**
 * `kind create cluster` has a process group of its own and goes on when who started it was killed. By the time somebody looks,
 * its number may be another program's: that is asked first.
 */
async function endCreator(kindName: string): Promise<void> {
  let group: number;
  try {
    group = Number(readFileSync(path.join(folderOf(kindName), creatorFile), 'utf8'));
  } catch {
    // It was not started, or has ended.
    return;
  }
  const { stdout } = await runProgram('ps', ['-o', 'args=', '-p', String(group)]).catch(() => ({
    stdout: '',
  }));
  if (group > 1 && stdout.includes(`create cluster --name ${kindName} `)) signalGroup(group, 'SIGKILL');
}

/**
 * The engine refuses while a cluster is in it: of others for good, of a container that has just gone for a moment, in which case
 * it is asked again. @returns whether it is gone.
 */
async function removeNetwork(tools: KindTools, id: string): Promise<boolean> {
  if (await kindNetworkInUse(tools)) return false;
  const gone = async (): Promise<boolean> => {
    await tools.docker(['network', 'rm', id]).catch(() => {});
    return (await kindNetworkId(tools)) !== id;
  };
  // What stays is an empty network, which the next cluster uses.
  return until(gone, { what: 'the network to be gone', deadlineMs: 5_000, everyMs: 500 }).catch(() => false);
}

/** Deletes what killed runs left. @returns the names of those clusters. */
export async function removeLeftovers(tools: KindTools): Promise<string[]> {
  const left = readRecords().filter(isLeftOver);
  for (const record of left) await removeCluster(record, tools);
  return left.map(({ name }) => name);
}
