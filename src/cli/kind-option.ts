/** `--kind-image`, for every command that may boot a kind cluster. */
export const kindImageOption = {
  type: 'string',
  describe: 'with --on kind: the nodes’ image, such as kindest/node:v1.34.0 (default: kind’s own)',
} as const;
