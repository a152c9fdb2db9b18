import { defineConfig } from 'vitest/config';
import { sharingProjects } from './test/support/isolation.ts';
import { LongestFirst } from './test/support/longest-first.ts';

export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
    globalSetup: ['test/support/global-setup.ts'],
    // Two cores were idle for four tenths of the time with two workers: most files wait for timers and child processes.
    maxWorkers: 3,
    projects: sharingProjects(['test/**/*.test.ts', 'emulator/test/**/*.test.ts'], {
      // Servers, child processes and the bundle take their time on two busy cores.
      testTimeout: 60_000,
      hookTimeout: 120_000,
    }),
  },
});
