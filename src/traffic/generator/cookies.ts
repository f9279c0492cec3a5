import type { Value } from './values.ts';

/** Under which name a session keeps its cookies; no variable can have it. */
const jarName = ' cookies';

/**
 * Keeps the cookies that an answer sets, by name. A session has one target, so domains, paths and lifetimes are not looked at,
 * except that a lifetime of 0 (`Max-Age=0`) takes a cookie away.
 */
export function keepCookies(headers: readonly string[], saved: Map<string, Value>): void {
  for (let i = 0; i + 1 < headers.length; i += 2) {
    if (headers[i]?.toLowerCase() !== 'set-cookie') continue;
    const [pair = '', ...attributes] = (headers[i + 1] ?? '').split(';').map((part) => part.trim());
    const at = pair.indexOf('=');
    if (at < 1) continue;
    const jar = jarOf(saved) ?? new Map<string, string>();
    saved.set(jarName, jar);
    const ends = attributes.some((attribute) => /^max-age=(0|-\d+)$/i.test(attribute));
    if (ends) jar.delete(pair.slice(0, at));
    else jar.set(pair.slice(0, at), pair.slice(at + 1));
  }
}

/** The header line with a session's cookies; nothing where it has none. */
export function cookieLine(saved: ReadonlyMap<string, Value> | null): string {
  const jar = jarOf(saved);
  if (jar === null || jar.size === 0) return '';
  return `Cookie: ${[...jar].map(([name, value]) => `${name}=${value}`).join('; ')}\r\n`;
}

function jarOf(saved: ReadonlyMap<string, Value> | null): Map<string, string> | null {
  const jar = saved?.get(jarName);
  return jar instanceof Map ? (jar as Map<string, string>) : null;
}
