/** Which test files share a worker's modules, and which have a worker of their own. */
import { globSync, readFileSync } from 'node:fs';
import type { TestProjectConfiguration } from 'vitest/config';

/**
 * Importing the SDK, the CDK and the local AWS anew for each file took a quarter of the suite's CPU time. A file that replaces a module
 * must not share it.
 * @param common of both projects
 */
export function sharingProjects(include: string[], common: object): TestProjectConfiguration[] {
  const mocking = globSync(include).filter((file) => readFileSync(file, 'utf8').includes('vi.mock('));
  return [
    { test: { ...common, name: 'shared', include, exclude: mocking, isolate: false } },
    { test: { ...common, name: 'apart', include: mocking } },
  ];
}
