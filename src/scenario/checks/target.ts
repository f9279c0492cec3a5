import { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { createSecureContext } from 'node:tls';
import type { Pieces } from '../pieces.ts';
import type { Referenced } from '../referenced.ts';
import { Finder, type Found } from './check.ts';

/** Where the traffic goes, as whom, and over what: targets that may be reached, credentials that are there. */
export function checkTarget(
  { traffic, auth, tls }: Pieces,
  { certificates }: Referenced,
  { on, env }: { on: string; env: Record<string, string | undefined> },
): Found {
  const found = new Finder();
  const target = traffic?.target;
  if (target !== undefined && on !== 'existing' && !isLoopback(target.hostname)) {
    found.problem(
      ['traffic', 'target'],
      `expected a target on this machine, got ${target.host}: what lies elsewhere is loaded only with --on existing`,
    );
  }
  if (target?.protocol === 'http:' && tls !== undefined) {
    found.problem(['traffic', 'target'], 'expected https:// because traffic.tls is given, got http://');
  }
  const names: [string, string | undefined][] = [
    ['basic.userEnv', auth?.basic?.userEnv],
    ['basic.passwordEnv', auth?.basic?.passwordEnv],
    ['bearer.tokenEnv', auth?.bearer?.tokenEnv],
  ];
  for (const [key, name] of names) {
    if (name === undefined || (env[name] ?? '') !== '') continue;
    found.problem(
      ['traffic', 'auth', ...key.split('.')],
      `expected the environment variable ${name} to be set, got nothing`,
    );
  }
  if (tls !== undefined) checkTls(tls, certificates, found);
  return found;
}

/** Whether a URL's host is this machine itself. */
function isLoopback(hostname: string): boolean {
  const host = hostname.replace(/^\[(.*)\]$/, '$1');
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}

function checkTls(
  { ca, cert, key, verify }: NonNullable<Pieces['tls']>,
  certificates: ReadonlyMap<string, string>,
  found: Finder,
): void {
  if ((cert === undefined) !== (key === undefined)) {
    const given = cert === undefined ? 'key' : 'cert';
    found.problem(['traffic', 'tls', given], 'expected cert and key together, got one of them');
  }
  const caText = ca === undefined ? undefined : certificates.get(ca);
  if (caText !== undefined && !isCertificate(caText)) {
    found.problem(['traffic', 'tls', 'ca'], 'expected a certificate in PEM, got something else');
  }
  const certText = cert === undefined ? undefined : certificates.get(cert);
  const keyText = key === undefined ? undefined : certificates.get(key);
  if (certText !== undefined && !isCertificate(certText)) {
    found.problem(['traffic', 'tls', 'cert'], 'expected a certificate in PEM, got something else');
  } else if (certText !== undefined && keyText !== undefined) {
    try {
      createSecureContext({ cert: certText, key: keyText });
    } catch (error) {
      // What OpenSSL says names the kind of mistake and nothing of the key.
      const why = (error as NodeJS.ErrnoException).code ?? 'unreadable';
      found.problem(
        ['traffic', 'tls', 'key'],
        `expected the certificate's own key in PEM, got another (${why})`,
      );
    }
  }
  if (!verify) {
    found.warning(
      ['traffic', 'tls', 'verify'],
      'the target’s certificate is not checked: whoever answers is believed',
    );
  }
}

function isCertificate(pem: string): boolean {
  try {
    void new X509Certificate(pem);
    return true;
  } catch {
    return false;
  }
}
