/** Tells whether two looks at a key found the same upload. */
import type { Reader } from '../aws/reader.ts';
import type { Route } from '../core/route.ts';
import type { SourceObject } from '../core/source-object.ts';
import { storageClassFor } from './attributes.ts';
import { isSameObject, type SourceState, sourceTags } from './source-state.ts';

/** The upload that was written. */
export interface WrittenUpload {
  state: SourceState;
  /** The tags that were written; undefined where the route does not copy tags, and where there were none. */
  tagging: string | undefined;
}

/**
 * Whether a later look finds the upload that was written. Each version is one upload. Without versions, two uploads of the same bytes
 * within a second differ only in their headers, storage class and tags, so everything that travels is compared. Tags need a
 * request of their own, and count even if they were changed without an upload.
 * @throws RelayError as `sourceTags` does
 */
export async function isSameUpload(
  route: Pick<Route, 'copyTags' | 'storageClass'>,
  reader: Reader,
  source: SourceObject,
  { state, tagging }: WrittenUpload,
  after: SourceState,
  signal: AbortSignal,
): Promise<boolean> {
  if (!isSameObject(after, state)) return false;
  if (after.versionId !== undefined) return true;
  const classes = [state, after].map(({ storageClass }) => storageClassFor(route.storageClass, storageClass));
  if (classes[0] !== classes[1]) return false;
  return !route.copyTags || (await sourceTags(reader, source, after, signal)) === tagging;
}
