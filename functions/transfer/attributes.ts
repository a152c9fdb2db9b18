/** Decides what is written besides the bytes: headers, encryption, storage class and tags. */
import type { PutObjectCommandInput } from '@aws-sdk/client-s3';
import type { Reader } from '../aws/reader.ts';
import type { Route } from '../core/route.ts';
import type { SourceObject } from '../core/source-object.ts';
import type { ObjectHeaders } from './object-headers.ts';
import { type SourceState, sourceTags } from './source-state.ts';

export type EncryptionHeaders = Pick<PutObjectCommandInput, 'ServerSideEncryption' | 'SSEKMSKeyId'>;
type StorageClass = NonNullable<PutObjectCommandInput['StorageClass']>;
type RouteAttributes = EncryptionHeaders & { StorageClass?: StorageClass };
export type ObjectAttributes = ObjectHeaders & RouteAttributes & { Tagging?: string };

/** Never an ACL: a bucket without ACLs refuses it, and its account owns the object anyway. */
export async function attributesFor(
  route: Route,
  source: SourceObject,
  state: SourceState,
  reader: Reader,
  signal: AbortSignal,
): Promise<ObjectAttributes> {
  const attributes: ObjectAttributes = { ...state.headers, ...routeAttributes(route, state.storageClass) };
  const tags = route.copyTags ? await sourceTags(reader, source, state, signal) : undefined;
  return tags === undefined ? attributes : { ...attributes, Tagging: tags };
}

/** What a route adds to each write. Pure. */
export function routeAttributes({ destination, storageClass }: Route, sourceClass: string): RouteAttributes {
  const asked = storageClassFor(storageClass, sourceClass);
  return { ...encryptionFor(destination), ...(asked !== undefined && { StorageClass: asked }) };
}

/**
 * Writes name no encryption, so that the bucket's default applies, unless the bucket's policy demands that they name it. Neither
 * header needs a permission besides those for the write and the key. Pure.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/specifying-s3-encryption.html
 */
export function encryptionFor({ sendEncryption, kmsKeyArn }: Route['destination']): EncryptionHeaders {
  if (!sendEncryption) return {};
  if (kmsKeyArn === undefined) return { ServerSideEncryption: 'AES256' };
  return { ServerSideEncryption: 'aws:kms', SSEKMSKeyId: kmsKeyArn };
}

/**
 * The storage class that a write asks for. Without one, the bucket's default applies. Pure.
 *
 * | rule                | source class | asked for    |
 * |---------------------|--------------|--------------|
 * | none                | any          | none         |
 * | `"copy"`            | X            | X            |
 * | a class Y           | any          | Y            |
 * | a map with X → Y    | X            | Y            |
 * | a map without X     | X            | X            |
 */
export function storageClassFor(rule: Route['storageClass'], sourceClass: string): StorageClass | undefined {
  if (rule === undefined) return undefined;
  if (rule === 'copy') return sourceClass as StorageClass;
  if (typeof rule === 'string') return rule as StorageClass;
  return (rule[sourceClass] ?? sourceClass) as StorageClass;
}
