import type { Reader } from '../aws/reader.ts';
import type { Route } from '../core/route.ts';
import type { SourceObject } from '../core/source-object.ts';
import { type EncryptionHeaders, encryptionFor } from './encryption.ts';
import type { ObjectHeaders } from './object-headers.ts';
import { type SourceState, sourceTags } from './source-state.ts';
import { type StorageClass, storageClassFor } from './storage-class.ts';

/** What is written besides the bytes. */
export type ObjectAttributes = ObjectHeaders & EncryptionHeaders & { Tagging?: string; StorageClass?: StorageClass };

/** No ACL is ever among them: a bucket with ACLs off refuses it, and the bucket's owner owns the object anyway. */
export async function attributesFor(
  route: Route,
  source: SourceObject,
  state: SourceState,
  reader: Reader,
  signal: AbortSignal,
): Promise<ObjectAttributes> {
  const attributes: ObjectAttributes = { ...state.headers, ...encryptionFor(route.destination) };
  const storageClass = storageClassFor(route.storageClass, state.storageClass);
  if (storageClass !== undefined) attributes.StorageClass = storageClass;
  const tags = route.copyTags ? await sourceTags(reader, source, state, signal) : undefined;
  if (tags !== undefined) attributes.Tagging = tags;
  return attributes;
}
