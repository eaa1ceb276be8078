import { defineConfig } from 'vitest/config';

/**
 * One project a kind of test, so that a developer can run the quick ones while editing and CI can run them all.
 * Each names what it may take: a unit test that needs more than five seconds is not a unit test.
 */
export default defineConfig({
  test: {
    // Two cores: more workers would only make the timing-sensitive integration tests fight each other.
    maxWorkers: 2,
    passWithNoTests: true,
    projects: [
      { test: { name: 'tidy', include: ['test/tidy.test.ts'], testTimeout: 20_000 } },
      { test: { name: 'unit', include: ['test/unit/**/*.test.ts'], testTimeout: 5_000 } },
      {
        // Whole agents once more, with the kernel that they do not choose by themselves.
        test: {
          name: 'scenarios-typescript',
          include: ['test/unit/agent/**/*.test.ts'],
          env: { BIRLER_TEST_KERNEL: 'typescript' },
          testTimeout: 5_000,
        },
      },
      { test: { name: 'property', include: ['test/property/**/*.test.ts'], testTimeout: 60_000 } },
      { test: { name: 'simulation', include: ['test/simulation/**/*.test.ts'], testTimeout: 300_000 } },
      {
        test: {
          name: 'integration',
          include: ['test/integration/**/*.test.ts'],
          // Real daemons and real rotations: one file at a time, or they would starve each other of the two cores.
          // And after the other projects, whose simulation takes both cores for a while.
          fileParallelism: false,
          sequence: { groupOrder: 1 },
          testTimeout: 120_000,
          hookTimeout: 300_000,
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          fileParallelism: false,
          sequence: { groupOrder: 2 },
          testTimeout: 120_000,
          hookTimeout: 300_000,
        },
      },
    ],
  },
});
