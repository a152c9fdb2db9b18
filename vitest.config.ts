import { defineConfig } from 'vitest/config';
import { LongestFirst } from './test/support/longest-first.ts';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts', 'emulator/test/**/*.test.ts'],
    sequence: { sequencer: LongestFirst },
    globalSetup: ['test/support/global-setup.ts'],
    // Most files wait for timers and child processes more than they compute.
    maxWorkers: 2,
    // Servers, child processes and the bundle take their time on two busy cores.
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
