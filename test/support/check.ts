/** `npm run check`: runs every verifier to the end, then fails once. */
import { spawnSync } from 'node:child_process';

const verifiers = {
  types: ['tsc'],
  "types of the report's script": ['tsc', '-p', 'src/report/html/browser'],
  lint: ['oxlint', '--type-aware', '--deny-warnings'],
  format: ['oxfmt', '--check', '.'],
  'dead code': ['knip'],
  'lock file': ['npm', 'ci', '--dry-run', '--ignore-scripts', '--loglevel=error'],
};

const failed = Object.entries(verifiers).filter(([name, [command = '', ...args]]) => {
  process.stdout.write(`\n── ${name}: ${[command, ...args].join(' ')}\n`);
  return spawnSync(command, args, { stdio: 'inherit' }).status !== 0;
});

process.stdout.write(
  failed.length === 0
    ? '\ncheck: all passed\n'
    : `\ncheck: failed: ${failed.map(([name]) => name).join(', ')}; try: npm run fix\n`,
);
process.exitCode = failed.length === 0 ? 0 : 1;
