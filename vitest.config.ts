import { defineConfig } from 'vitest/config';

/** Tests of pure functions: they share what they import, which halves their time. */
const pure = [
  'src/{analysis,autoscaler,report,scenario,journal,workload}/**/*.test.ts',
  'src/cluster/embedded/control-plane/{controllers,scheduler}/**/*.test.ts',
  'src/traffic/*.test.ts',
];

/** Tests of parts that take seconds: `npm test` runs them end to end with the others, `npm run test:unit` does not. */
const long = 'src/**/*.long.test.ts';

export default defineConfig({
  test: {
    reporters: ['default', './test/support/closing-line.ts'],
    // One project after the other (groupOrder): each starts as many processes as it needs.
    projects: [
      {
        test: {
          name: 'unit-pure',
          include: pure,
          exclude: [long],
          testTimeout: 10_000,
          isolate: false,
          maxWorkers: 4,
        },
      },
      {
        test: {
          name: 'unit',
          include: ['src/**/*.test.ts', 'sample-api/**/*.test.ts', 'test/support/**/*.test.ts'],
          exclude: [...pure, long],
          testTimeout: 10_000,
          // These tests wait for processes and sockets more than they compute.
          maxWorkers: 4,
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['test/{e2e,faults,traffic}/**/*.test.ts', long],
          fileParallelism: false,
          testTimeout: 180_000,
          hookTimeout: 60_000,
          sequence: { groupOrder: 2 },
        },
      },
      {
        test: {
          name: 'contract',
          include: ['test/contract/**/*.test.ts'],
          // `npm run test:contract` runs these, too.
          exclude: process.env['OPENBELL_CONTRACT'] === undefined ? ['**/*.long.test.ts'] : [],
          globalSetup: './test/contract/support/setup.ts',
          // One process that loads the client once; its cases wait for the cluster side by side.
          fileParallelism: false,
          isolate: false,
          sequence: { concurrent: true, groupOrder: 1 },
          maxConcurrency: 8,
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'kind',
          include: ['test/kind/**/*.test.ts'],
          fileParallelism: false,
          testTimeout: 180_000,
          sequence: { groupOrder: 4 },
        },
      },
      {
        test: {
          name: 'browser',
          include: ['test/browser/**/*.test.ts'],
          fileParallelism: false,
          testTimeout: 60_000,
          hookTimeout: 60_000,
          sequence: { groupOrder: 3 },
        },
      },
    ],
  },
});
