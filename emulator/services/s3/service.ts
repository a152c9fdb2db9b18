/** S3 over HTTP, and in process for templates and other services. */
import { createHash } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import {
  ApiError,
  type ApiRequest,
  type ApiResponse,
  type Authorizer,
  type Clock,
  type Service,
} from '../../core/api.ts';
import type { Keeper } from '../../core/keeper.ts';
import type { PolicyDocument } from '../../core/policy-document.ts';
import { crc64NvmeOfZeros } from './body/checksums.ts';
import type { EventOrigin, S3Context } from './call.ts';
import { accessDenied, notImplemented } from './errors.ts';
import { type Headers, readHeaders } from './headers.ts';
import { GIB } from './limits.ts';
import type { BucketNotifications } from './notifications/bucket-notifications.ts';
import { removeBucket } from './operations/bucket-operations.ts';
import {
  bucketNameOperations,
  bucketOperations,
  createsBucket,
  objectOperations,
  operationNames,
  perform,
  serviceOperations,
} from './operations/table.ts';
import { BlobStore } from './state/blobs.ts';
import type { Bucket } from './state/bucket.ts';
import { BucketRegistry } from './state/bucket-registry.ts';
import { KeptBuckets } from './state/kept-buckets.ts';
import type {
  BucketSettings,
  FindKmsKey,
  ObjectCreatedListener,
  ObjectVersion,
  Principals,
  ResolveKmsKey,
} from './state/model.ts';
import { resolveTarget } from './target.ts';
import { renderS3Error } from './wire.ts';

export interface S3ServiceOptions {
  authorizer: Authorizer;
  /** Where the bytes lie; made when it doesn't exist. */
  folder: string;
  /** Whether what is no longer needed stays there until `keeper` has told so; otherwise nothing in it outlives the service. */
  isKept?: boolean;
  clock: Clock;
  notifications: BucketNotifications;
  /** Awaited before the writer gets its answer, so that a test sees the event once the write has returned. */
  onObjectCreated: ObjectCreatedListener;
  /** A KMS key by its ARN; undefined for one that doesn't exist. */
  kmsKey?: FindKmsKey;
  resolveKmsKey?: ResolveKmsKey;
  principals: Principals;
}

/** The S3 of the local AWS: buckets of all accounts and regions behind one endpoint. */
export class S3Service implements Service {
  readonly keeper: Keeper;
  readonly #context: S3Context;
  readonly #onObjectCreated: ObjectCreatedListener;
  #lastSequence = 0n;

  constructor(options: S3ServiceOptions) {
    const { authorizer, folder, clock, notifications, onObjectCreated, principals } = options;
    const { kmsKey = () => undefined, resolveKmsKey = (key) => key, isKept = false } = options;
    const buckets = new BucketRegistry();
    const kept = new KeptBuckets(folder, buckets);
    this.keeper = kept;
    this.#onObjectCreated = onObjectCreated;
    this.#context = {
      authorizer,
      clock,
      notifications,
      kmsKey,
      resolveKmsKey,
      principals,
      blobs: new BlobStore(folder, isKept ? kept.events : {}),
      buckets,
      announce: (bucket, object, origin) => this.#announce(bucket, object, origin),
    };
  }

  /** @throws ApiError `InvalidBucketName`, `BucketAlreadyExists`, `BucketAlreadyOwnedByYou`; `NotImplemented` for a setting unknown here */
  createBucket(settings: BucketSettings): Bucket {
    for (const name of Object.keys(settings)) {
      if (!KNOWN_SETTINGS.has(name)) throw notImplemented(`the bucket setting ${name}`);
    }
    return this.#context.buckets.create(settings, new Date(this.#context.clock()));
  }

  /** Replaces what is named; name, account, region and policy stay. @throws ApiError `NoSuchBucket`; `NotImplemented` */
  updateBucket(name: string, settings: Omit<BucketSettings, 'policy'>): void {
    const bucket = this.bucket(name);
    const { policy } = bucket.settings;
    for (const setting of Object.keys(bucket.settings)) delete bucket.settings[setting as keyof BucketSettings];
    Object.assign(bucket.settings, settings, policy && { policy });
  }

  /** @throws ApiError `NoSuchBucket`, `BucketNotEmpty` */
  deleteBucket(name: string): Promise<void> {
    return removeBucket(this.#context, this.bucket(name));
  }

  /** Of all accounts. */
  buckets(): Bucket[] {
    return this.#context.buckets.all();
  }

  /** @param policy undefined takes it away @throws ApiError `NoSuchBucket` */
  setBucketPolicy(name: string, policy: PolicyDocument | undefined): void {
    const { settings } = this.bucket(name);
    if (policy) settings.policy = policy;
    else delete settings.policy;
  }

  /** @throws ApiError `NoSuchBucket` */
  bucket(name: string): Bucket {
    return this.#context.buckets.get(name);
  }

  /** The newest version as it is, for a service of AWS that was given it. @throws ApiError `NoSuchBucket`, `NoSuchKey` */
  readObject(bucket: string, key: string): Promise<Buffer> {
    return buffer(this.#context.blobs.read(this.bucket(bucket).find(key, undefined).segments));
  }

  /**
   * Puts an object of zeros that takes no room on disk, for tests of sizes that nobody wants to upload. Its checksum is right,
   * its ETag is like that of a multipart upload.
   */
  async putSparseObject({ bucket: name, key, sizeBytes }: SparseObject): Promise<ObjectVersion> {
    const { blobs, clock } = this.#context;
    const bucket = this.bucket(name);
    const { account, encryption = { algorithm: 'AES256' } } = bucket.settings;
    const md5Hex = createHash('md5').update(`${sizeBytes} zeros`).digest('hex');
    const segments = await blobs.createSparse(sizeBytes);
    const checksum = { algorithm: 'CRC64NVME' as const, type: 'FULL_OBJECT' as const };
    const { version, unused } = bucket.add(
      key,
      {
        segments,
        sizeBytes,
        eTag: `${md5Hex}-${Math.max(1, Math.ceil(sizeBytes / (5 * GIB)))}`,
        checksum: { ...checksum, value: await crc64NvmeOfZeros(sizeBytes) },
        metadata: {
          system: { 'content-type': 'binary/octet-stream' },
          user: new Map(),
          missing: 0,
          storageClass: 'STANDARD',
        },
        tags: new Map(),
        encryption,
        owner: account,
        bucketOwnerFullControl: true,
      },
      new Date(clock()),
    );
    await blobs.release(unused);
    await this.#announce(bucket, version, {
      eventName: 'ObjectCreated:CompleteMultipartUpload',
      principalId: account,
      sourceIp: '127.0.0.1',
      requestId: 'sparse',
    });
    return version;
  }

  get operations(): string[] {
    return operationNames();
  }

  async handle(request: ApiRequest): Promise<ApiResponse> {
    const headers = readHeaders(request);
    const call = { s3: this.#context, request, headers, query: request.query };
    const { bucketName, key } = resolveTarget(request);
    if (bucketName === undefined) return perform(serviceOperations, call);
    if (key === undefined && createsBucket(call)) {
      return perform(bucketNameOperations, { ...call, bucketName });
    }
    const bucket = this.#context.buckets.get(bucketName, request.caller.principal);
    checkRegion(request, bucket);
    checkExpectedOwner(headers, bucket);
    if (key === undefined) {
      return perform(bucketOperations, { ...call, bucket });
    }
    return perform(objectOperations, { ...call, bucket, key });
  }

  renderError(error: ApiError, request: Pick<ApiRequest, 'requestId' | 'rawPath' | 'method'>): ApiResponse {
    return renderS3Error(error, request);
  }

  async #announce(bucket: Bucket, object: ObjectVersion, origin: EventOrigin): Promise<void> {
    const { name, account, region } = bucket.settings;
    await this.#onObjectCreated({
      ...origin,
      bucket: name,
      bucketAccount: account,
      region,
      key: object.key,
      sizeBytes: object.sizeBytes,
      eTag: object.eTag,
      ...(bucket.isVersioned ? { versionId: object.versionId } : {}),
      sequencer: this.#nextSequencer(),
      time: object.lastModified,
    });
  }

  /** Follows the clock, but never stands still or goes back. */
  #nextSequencer(): string {
    const now = BigInt(Math.trunc(this.#context.clock())) << 20n;
    this.#lastSequence = now > this.#lastSequence ? now : this.#lastSequence + 1n;
    return this.#lastSequence.toString(16).toUpperCase().padStart(18, '0');
  }
}

export interface SparseObject {
  bucket: string;
  key: string;
  sizeBytes: number;
}

const KNOWN_SETTINGS = new Set<string>([
  'name',
  'account',
  'region',
  'versioning',
  'ownership',
  'hidesOwnership',
  'publicAccessBlock',
  'encryption',
  'objectLock',
  'policy',
  'addsChecksums',
] satisfies (keyof BucketSettings)[]);

/** @throws ApiError `AuthorizationHeaderMalformed` when the request was signed for another region than the bucket's */
function checkRegion({ region, caller }: ApiRequest, bucket: Bucket): void {
  const expected = bucket.settings.region;
  if (region === expected || caller.principal.kind === 'anonymous') return;
  const message = `The authorization header is malformed; the region '${region}' is wrong; expecting '${expected}'`;
  throw new ApiError('AuthorizationHeaderMalformed', 400, message, { Region: expected });
}

function checkExpectedOwner(headers: Headers, { settings }: Bucket): void {
  const expected = headers.get('x-amz-expected-bucket-owner');
  if (expected !== undefined && expected !== settings.account) throw accessDenied();
}
