/** Buckets, objects, uploads and parts as S3 stores them. */

import type { PrincipalIds } from '../../../authorization/principal.ts';
import type { PrincipalArns } from '../../../authorization/readable-policy.ts';
import type { ContextKeys } from '../../../core/api.ts';
import type { Place } from '../../../core/partition.ts';
import type { PolicyDocument } from '../../../core/policy-document.ts';
import type { ChecksumValue, StoredChecksum } from '../body/checksums.ts';
import type { UploadChecksum } from '../body/upload-checksum.ts';
import type { ObjectMetadata } from '../metadata.ts';
import type { ObjectCreated } from '../notifications/s3-notification.ts';
import type { Segment } from './blobs.ts';

export interface PublicAccessBlock {
  blockPublicAcls: boolean;
  ignorePublicAcls: boolean;
  blockPublicPolicy: boolean;
  restrictPublicBuckets: boolean;
}

/** How an object is encrypted at rest. The local S3 encrypts nothing; it asks for the permissions and reports the headers. */
export type Encryption =
  | { algorithm: 'AES256' }
  | {
      algorithm: 'aws:kms';
      kmsKeyArn?: string;
      /** Whether S3 asks KMS for a key of the whole bucket rather than for one of each object. */
      bucketKeyEnabled?: boolean;
    };

/** What a bucket with Object Lock keeps each new version for. Retention that a request asks for itself is not known here. */
export interface DefaultRetention {
  mode: 'GOVERNANCE' | 'COMPLIANCE';
  days: number;
}

export interface Retention {
  mode: DefaultRetention['mode'];
  until: Date;
}

export interface BucketSettings {
  name: string;
  /** 12 digits */
  account: string;
  region: string;
  versioning?: 'Enabled' | 'Suspended';
  ownership: 'BucketOwnerEnforced' | 'BucketOwnerPreferred' | 'ObjectWriter';
  /** Whether its ownership controls have been deleted: then none are shown. */
  hidesOwnership?: boolean;
  publicAccessBlock?: PublicAccessBlock;
  encryption?: Encryption;
  /** Turned on; without a default retention it asks nothing of anybody. */
  objectLock?: { defaultRetention?: DefaultRetention };
  policy?: PolicyDocument;
  /**
   * `false` is S3 as it was until December 2024: an object that comes without a checksum is stored without one. Objects of that
   * time are still there, and nothing but their ETag tells what they held.
   */
  addsChecksums?: boolean;
}

export type ObjectEventName = ObjectCreated['eventName'];

/** What a new object is made of, before it has a place in the bucket. */
export interface NewObject {
  segments: Segment[];
  sizeBytes: number;
  /** Without quotes. */
  eTag: string;
  /** None in a bucket that adds none. */
  checksum: StoredChecksum | undefined;
  metadata: ObjectMetadata;
  tags: Map<string, string>;
  encryption: Encryption;
  /** The account that owns the object. */
  owner: string;
  /** Whether the ACL of an object that the bucket's owner doesn't own gives it full control. */
  bucketOwnerFullControl: boolean;
  /** Of an object made by multipart upload. */
  parts?: ObjectPart[];
}

export interface ObjectPart {
  sizeBytes: number;
  /** By the object's algorithm; none where the upload named none, or where its completion listed none. */
  checksum: string | undefined;
}

interface Version {
  key: string;
  /** `null` in a bucket that isn't versioned, as in S3's own listings. */
  versionId: string;
  lastModified: Date;
}

export interface ObjectVersion extends Version, NewObject {
  kind: 'object';
  retention?: Retention;
}

export interface DeleteMarker extends Version {
  kind: 'delete-marker';
  owner: string;
}

export interface UploadedPart {
  partNumber: number;
  segments: Segment[];
  sizeBytes: number;
  eTag: string;
  lastModified: Date;
  /** By the upload's algorithm. */
  checksum: string;
  /** What the client sent, if its algorithm may differ from the upload's. */
  given: ChecksumValue | undefined;
}

export interface MultipartUpload {
  uploadId: string;
  key: string;
  initiated: Date;
  /** The ARN of whoever began it. */
  initiator: string;
  checksum: UploadChecksum;
  parts: Map<number, UploadedPart>;
  /** Of the key, when the upload was begun. */
  changesBefore: number;
  /** What CreateMultipartUpload asked for by its headers about encryption, as policies see it. */
  encryptionContext: ContextKeys;
  /** Everything that CreateMultipartUpload already says about the object. */
  object: Pick<NewObject, 'metadata' | 'tags' | 'encryption' | 'owner' | 'bucketOwnerFullControl'>;
}

/** An upload that has become an object, for whoever completes it again. */
export interface CompletedUpload extends Pick<MultipartUpload, 'key' | 'encryptionContext' | 'object' | 'checksum'> {
  /** As the request listed them. */
  listedParts: string;
  version: ObjectVersion;
}

/** A KMS key, as S3 gets to know it. */
export interface KmsKey {
  policy: PolicyDocument;
  enabled: boolean;
}
export type FindKmsKey = (keyArn: string) => KmsKey | undefined;
/** The ARN of a key from its id, ARN or alias. @throws Error for a key that was never made */
export type ResolveKmsKey = (key: string, place: Place) => string;
/** Whom bucket policies name. */
export type Principals = PrincipalIds & PrincipalArns;
export type ObjectCreatedListener = (event: ObjectCreated) => void | Promise<void>;
