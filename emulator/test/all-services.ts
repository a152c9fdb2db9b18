/** The services that answer requests, put together and not started: for tests that compare what they have. */
import { join } from 'node:path';
import { makeServices } from '../services.ts';

export const ROOT = join(import.meta.dirname, '..');

export const { byScope } = makeServices({
  clock: Date.now,
  folder: ROOT,
  isKept: false,
  caFile: '',
  endpoint: () => '',
  maxSandboxes: 1,
  movesFunctionClocks: false,
  faults: undefined,
  lateness: undefined,
  organization: undefined,
  deploySeed: undefined,
  onLog: () => undefined,
  onObjectCreated: () => undefined,
  onUnexpectedError: () => undefined,
});
