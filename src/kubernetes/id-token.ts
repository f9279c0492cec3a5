import type { User } from '@kubernetes/client-node';
import { messageOf } from '../support/index.ts';

/**
 * Why a user of the kubeconfig's `oidc` provider cannot be shown to the server; null where they can, and for every other user.
 * The id token is not renewed here: an issuer may take each refresh token only once, so that kubectl, which finds the old one in its
 * kubeconfig, could not log in any more. kubectl renews it and writes down both.
 */
export function whyNoIdToken({ authProvider }: User, nowMs: number): string | null {
  const { name, config = {} } = (authProvider ?? {}) as { name?: string; config?: Record<string, string> };
  if (name !== 'oidc') return null;
  const token = config['id-token'] ?? '';
  if (token === '') return 'it has no id-token';
  try {
    const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as {
      exp?: number;
    };
    const expiresMs = (claims.exp ?? Infinity) * 1000;
    return nowMs < expiresMs ? null : `its id-token ran out at ${new Date(expiresMs).toISOString()}`;
  } catch (error) {
    return `its id-token cannot be read: ${messageOf(error)}`;
  }
}
