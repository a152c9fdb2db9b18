import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Files that take half a minute or more. Begun last, one would keep the other core waiting at the end. */
const LONGEST = [
  'test/iam/iam.test.ts',
  'test/system/relay/failures.test.ts',
  'test/system/attack/delivery.test.ts',
  'test/system/attack/bundle.test.ts',
  'test/chaos/chaos.test.ts',
  'test/system/relay/pinned.test.ts',
  'test/system/start/try.test.ts',
  'test/system/proof/every-object.test.ts',
  'test/deploys/side-by-side.test.ts',
  'test/deploys/lifecycle.test.ts',
  'test/deploys/deploys.test.ts',
  'test/system/unheard/own-bucket.test.ts',
  'test/system/large/six-gib.test.ts',
  'test/system/relay/soak.test.ts',
  'test/model/exploration/converges.test.ts',
  'test/system/start/start.test.ts',
];

/** Without a record of earlier runs, as in CI, vitest would go by the files' sizes. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification) => {
      const index = LONGEST.findIndex((path) => moduleId.endsWith(path));
      return index === -1 ? LONGEST.length : index;
    };
    return (await super.sort(files)).toSorted((one, other) => rank(one) - rank(other));
  }
}
