/**
 * Runs one command line and resolves with the exit code.
 *
 * @param argv The words after `openbell`.
 */
export async function main(argv: string[]): Promise<number> {
  process.stderr.write(`not built yet: ${argv.join(' ')}\n`);
  return 1;
}
