/** Pure: what is asked of a cluster's version of Kubernetes, and what it is. */

/** `1.34.0` or `v1.34.0` as Kubernetes writes it, `v1.34.0`; null for anything else. */
export function parseKubernetesVersion(text: string): string | null {
  const found = /^v?(\d+\.\d+\.\d+)$/.exec(text.trim());
  return found === null ? null : `v${found[1]}`;
}

/** That a cluster is of another version than was asked for, as a sentence; empty where it is not. */
export function versionDifference(asked: string | undefined, actual: string): string[] {
  if (asked === undefined || asked === actual) return [];
  return [`The scenario asks for Kubernetes ${asked}; the cluster's is ${actual}.`];
}
