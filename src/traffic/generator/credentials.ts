import { createSecureContext, type SecureContext } from 'node:tls';
import type { Auth, TlsSettings } from '../plan.ts';

/**
 * The Authorization header that `auth` asks for, or null without one. The value stays on the generator's thread: it is part
 * of requests' bytes and of nothing that is reported.
 *
 * @throws {Error} naming an environment variable that is not set.
 */
export function authorizationOf(
  auth: Auth | undefined,
  env: Record<string, string | undefined>,
): string | null {
  if (auth === undefined) return null;
  const valueOf = (name: string): string => {
    const value = env[name];
    if (value === undefined || value === '') {
      throw new Error(`expected the environment variable ${name} (traffic.auth) to be set, got nothing`);
    }
    return value;
  };
  return auth.kind === 'bearer'
    ? `Bearer ${valueOf(auth.tokenEnv)}`
    : `Basic ${Buffer.from(`${valueOf(auth.userEnv)}:${valueOf(auth.passwordEnv)}`).toString('base64')}`;
}

/** How a thread's connections speak TLS; certificates are read once for all of them. */
export interface TlsSetup {
  secureContext?: SecureContext;
  servername?: string;
  rejectUnauthorized: boolean;
}

/** @throws {Error} when a certificate or key cannot be used. */
export function tlsSetupOf(tls: TlsSettings | undefined, target: URL): TlsSetup {
  if (tls === undefined) {
    // One for all connections: a socket that is given none makes its own, which costs as much as the handshake.
    return {
      ...(target.protocol === 'https:' ? { secureContext: createSecureContext() } : {}),
      rejectUnauthorized: true,
    };
  }
  const { ca, cert, key, serverName, verify } = tls;
  return {
    secureContext: createSecureContext({
      ...(ca === null ? {} : { ca }),
      ...(cert === null ? {} : { cert }),
      ...(key === null ? {} : { key }),
    }),
    ...(serverName === null ? {} : { servername: serverName }),
    rejectUnauthorized: verify,
  };
}
