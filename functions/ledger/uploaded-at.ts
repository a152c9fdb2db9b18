/** What an event tells of the version that was relayed, and when that was uploaded. Pure. */
import type { VersionHint } from '../request/relay-request.ts';
import type { SourceState } from '../transfer/source-state.ts';

/** Whether an event was about the version that was relayed: by version id if the bucket has them, otherwise by ETag. */
export function isHinted(state: SourceState, hint: VersionHint | undefined): boolean {
  if (hint === undefined) return false;
  if (state.versionId !== undefined || hint.versionId !== undefined) return state.versionId === hint.versionId;
  return hint.eTag !== undefined && state.eTag === `"${hint.eTag}"`;
}

/**
 * When the upload ended, by its event. Without one, Last-Modified tells it: for an upload in parts that is when it was begun
 * (https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html). What is relayed instead of an event's version was
 * uploaded after it.
 * @returns ISO 8601
 */
export function uploadedAt(state: SourceState, hint: VersionHint | undefined): string | undefined {
  const byEvent = hint?.time;
  if (byEvent !== undefined && isHinted(state, hint)) return byEvent;
  const modified = state.lastModified?.toISOString();
  if (byEvent === undefined || modified === undefined) return byEvent ?? modified;
  return Date.parse(byEvent) > Date.parse(modified) ? byEvent : modified;
}
