import type { Reader } from '../aws/reader.ts';
import type { Route } from '../core/route.ts';
import type { SourceObject } from '../core/source-object.ts';
import { isSameObject, type SourceState, sourceTags } from './source-state.ts';
import { storageClassFor } from './storage-class.ts';

/** What was written of an upload. */
export interface WrittenUpload {
  state: SourceState;
  /** As they went along; none where the route leaves them out, or there were none. */
  tagging: string | undefined;
}

/**
 * Whether a later look finds the upload that was written. A version is one upload. Where there are none, two uploads of the same bytes
 * within a second differ in nothing but what their uploader says of them, so all of it is compared that travels; tags take a
 * request, and one that was changed by itself counts as well.
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
