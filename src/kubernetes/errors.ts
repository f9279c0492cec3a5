import { OpenbellError, messageOf } from '../support/index.ts';
import type { Status } from './objects.ts';

/**
 * A refusal by the API server as an error of ours: its message says what was asked and what the server answered, its code is
 * `KUBERNETES_` and the Status's reason (`KUBERNETES_NOT_FOUND`, `KUBERNETES_CONFLICT`, …).
 */
export function refusal(asked: string, httpStatus: number, body: string): OpenbellError {
  const status = parseStatus(body);
  const reason = status?.reason ?? (reasons[httpStatus] || `HTTP ${httpStatus}`);
  const said = status?.message ?? (body.trim().slice(0, 300) || 'an empty answer');
  return new OpenbellError(`the API server refused ${asked}: ${said} (${httpStatus} ${reason})`, {
    code: `KUBERNETES_${reason.replaceAll(/(?<=[a-z])(?=[A-Z])|\s/g, '_').toUpperCase()}`,
    ...hintFor(httpStatus),
  });
}

/** The API server could not be asked at all. */
export function unreachable(asked: string, server: string, cause: unknown): OpenbellError {
  return new OpenbellError(`could not reach the API server at ${server} for: ${asked}`, {
    code: 'KUBERNETES_UNREACHABLE',
    hint: 'Check that the cluster runs and that the kubeconfig names its address.',
    cause,
  });
}

/** What the kubeconfig names as a way to credentials gave none: an exec plugin that failed, a file that is not there. */
export function noCredentials(user: string, cause: unknown): OpenbellError {
  const said = messageOf(cause).trim() || 'it ended without a word';
  return new OpenbellError(`the kubeconfig's user "${user}" has no credentials: ${said}`, {
    code: 'KUBECONFIG_NO_CREDENTIALS',
    hint: 'Run any kubectl command with that context: what it asks for there (a login, a missing program) is missing here.',
  });
}

/** Whether an error says that the object does not exist. */
export function isNotFound(error: unknown): boolean {
  return error instanceof OpenbellError && error.code === 'KUBERNETES_NOT_FOUND';
}

/** For servers, or proxies before them, that answer without a Status. */
const reasons: Record<number, string> = {
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'NotFound',
  409: 'Conflict',
  410: 'Expired',
  422: 'Invalid',
  429: 'TooManyRequests',
};

function parseStatus(body: string): Status | undefined {
  try {
    const parsed = JSON.parse(body) as Status;
    return parsed.kind === 'Status' ? parsed : undefined;
  } catch {
    return undefined;
  }
}

function hintFor(httpStatus: number): { hint?: string } {
  if (httpStatus === 401) return { hint: 'The credentials in the kubeconfig are not accepted.' };
  if (httpStatus === 403) return { hint: "The kubeconfig's user lacks this permission in the cluster." };
  return {};
}
