const name =
  /^(?:[a-zA-Z0-9.-]+(?::\d+)?\/)?[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*$/;

/**
 * The tag of an image's name: `latest` when it has neither tag nor digest, empty with a digest only, and for what is no
 * image name at all.
 */
export function imageTag(image: string): string {
  const [reference = '', digest] = image.split('@');
  const tag = /:([\w][\w.-]{0,127})$/.exec(reference)?.[1];
  const path = tag === undefined ? reference : reference.slice(0, -tag.length - 1);
  if (!name.test(path)) return '';
  return tag ?? (digest === undefined ? 'latest' : '');
}
