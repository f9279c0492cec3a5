import { kinds, type KubeClient } from '../kubernetes/index.ts';
import { OpenbellError, exitCodes } from '../support/index.ts';
import { scenarioPermissions } from './rbac.ts';
import type { RunContext } from './context.ts';
import type { Permission } from './permissions.ts';
import type { Workload } from '../workload/index.ts';

/** Namespaces that were not made by a run must carry this label, with this value, for runs to take place in them. */
const allowLabel = { key: 'openbell.dev/runs', value: 'allowed' } as const;

/**
 * Asks the cluster for every permission that the run needs, before anything is made.
 *
 * @throws {OpenbellError} exit code 106, with all that are missing at once.
 */
export async function requirePermissions(
  { scenario, namespace, namespaceGiven, journal, signal }: RunContext,
  client: KubeClient,
  workload: Workload,
): Promise<void> {
  const permissions = scenarioPermissions(scenario, workload, { makesNamespace: !namespaceGiven });
  const asked = await Promise.all(
    permissions.map(async (permission) => {
      const answers = await Promise.all(
        permission.verbs.map((verb) => allowed(client, permission, { verb, namespace, signal })),
      );
      return { permission, missing: permission.verbs.filter((_verb, index) => answers[index] === false) };
    }),
  );
  const lacking = asked.filter(({ missing }) => missing.length > 0);
  const line = ({ permission, missing }: (typeof asked)[number]): string => {
    const { group, resource, why, scope } = permission;
    const where = scope === 'cluster' ? 'in the whole cluster' : `in namespace ${namespace}`;
    return `${missing.join(', ')} ${resource}${group === '' ? '' : `.${group}`} ${where}, needed to ${why}`;
  };
  for (const each of lacking.filter(({ permission }) => permission.optional === true)) {
    journal.record({ type: 'note', level: 'info', message: `Not allowed: ${line(each)}.` });
  }
  const needed = lacking.filter(({ permission }) => permission.optional !== true);
  if (needed.length === 0) return;
  throw new OpenbellError(
    `these permissions are missing in the cluster:\n${needed.map((each) => `  ${line(each)}`).join('\n')}`,
    {
      code: 'PERMISSIONS_MISSING',
      exitCode: exitCodes.clusterNotProvided,
      hint: `openbell rbac ${scenario.name}${namespaceGiven ? ` --namespace ${namespace}` : ''} prints the Role that grants them.`,
    },
  );
}

async function allowed(
  client: KubeClient,
  { group, resource, scope }: Permission,
  { verb, namespace, signal }: { verb: string; namespace: string; signal: AbortSignal },
): Promise<boolean> {
  const [name = '', subresource] = resource.split('/');
  const review = await client.apply(
    {
      apiVersion: kinds.accessReview.apiVersion,
      kind: kinds.accessReview.kind,
      spec: {
        resourceAttributes: {
          group,
          resource: name,
          verb,
          ...(subresource !== undefined && { subresource }),
          ...(scope === 'namespace' && { namespace }),
        },
      },
      status: { allowed: false },
    },
    { signal },
  );
  return review.status.allowed;
}

/**
 * A namespace that the user names must be made for this: nothing is deployed beside what others run.
 *
 * @throws {OpenbellError} exit code 106.
 */
export async function requireOwnNamespace(
  client: KubeClient,
  namespace: string,
  signal: AbortSignal,
): Promise<void> {
  const { metadata } = await client.get(kinds.namespace, namespace, { signal }).catch((cause: unknown) => {
    throw new OpenbellError(`the namespace ${namespace} cannot be used: ${(cause as Error).message}`, {
      code: 'NAMESPACE_UNUSABLE',
      exitCode: exitCodes.clusterNotProvided,
      hint: `Make it: kubectl create namespace ${namespace}`,
    });
  });
  if (metadata?.labels?.[allowLabel.key] === allowLabel.value) return;
  throw new OpenbellError(
    `expected the label ${allowLabel.key}=${allowLabel.value} on namespace ${namespace}, got none: nothing is deployed where that was not allowed`,
    {
      code: 'NAMESPACE_NOT_OURS',
      exitCode: exitCodes.clusterNotProvided,
      hint: `If runs may take place there: kubectl label namespace ${namespace} ${allowLabel.key}=${allowLabel.value}`,
    },
  );
}
