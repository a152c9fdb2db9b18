/**
 * What the gateway and the services of the local AWS say to each other.
 * A service sees only requests whose signature has been verified; what the caller may do is asked of the `Authorizer`.
 */
import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http';
import type { Readable } from 'node:stream';
import type { PolicyDocument } from './policy-document.ts';

/** Whoever signed the request. Account ids are the 12 digits. */
export type Principal =
  | { kind: 'anonymous' }
  | { kind: 'root'; account: string; arn: string }
  | { kind: 'user'; account: string; name: string; arn: string; userId: string }
  | {
      kind: 'session';
      account: string;
      roleArn: string;
      roleName: string;
      roleId: string;
      sessionName: string;
      /** `arn:<partition>:sts::<account>:assumed-role/<role>/<session>` */
      arn: string;
      sessionPolicies: PolicyDocument[];
      issuedAt: Date;
    }
  | { kind: 'service'; service: string };

/** Condition keys of one request, e.g. `{ 'aws:SecureTransport': 'true' }`. Names are compared without regard to case. */
export type ContextKeys = Record<string, string | string[]>;

export interface Caller {
  principal: Principal;
  /** The keys that hold for the whole request: aws:SourceIp, aws:SecureTransport, aws:CurrentTime, aws:EpochTime, aws:UserAgent. */
  context: ContextKeys;
}

/** How the body was covered by the signature (the value of x-amz-content-sha256). */
export type PayloadAuth =
  /** `UNSIGNED-PAYLOAD`, or a presigned URL */
  | { kind: 'unsigned' }
  /** A hex SHA-256 of the whole body; the gateway's body stream fails with XAmzContentSHA256Mismatch when it differs. */
  | { kind: 'sha256'; hex: string }
  /** `STREAMING-UNSIGNED-PAYLOAD-TRAILER`: aws-chunked, with a checksum trailer */
  | { kind: 'chunked-unsigned' }
  /** `STREAMING-AWS4-HMAC-SHA256-PAYLOAD[-TRAILER]`: aws-chunked, each chunk signed after the one before it */
  | { kind: 'chunked-signed'; trailer: boolean; chunkSignature: ChunkSigner };

/** Computes the signature that the next chunk (or the trailer block) must carry; calls must come in the order of the chunks. */
export interface ChunkSigner {
  chunk(sha256Hex: string): string;
  trailer(sha256Hex: string): string;
}

export interface ApiRequest {
  requestId: string;
  method: string;
  /** As sent: still percent-encoded, without the query. */
  rawPath: string;
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
  body: Readable;
  region: string;
  /** Host header without its port: tells virtual-hosted buckets. */
  hostname: string;
  caller: Caller;
  payload: PayloadAuth;
  /** How the request was signed, and how long before it came; none of an anonymous one. */
  signature?: { kind: 'header' | 'presigned'; ageMs: number } | undefined;
  /** e.g. `1.3`; none over plain HTTP. */
  tlsVersion?: string | undefined;
}

export interface ApiResponse {
  status: number;
  headers?: OutgoingHttpHeaders;
  body?: string | Buffer | Readable;
}

export interface Service {
  /** The names of the API's operations that are there. */
  readonly operations: readonly string[];
  handle(request: ApiRequest): Promise<ApiResponse>;
  /** The error in the service's own protocol (XML for S3 and STS, JSON for SQS and Lambda). */
  renderError(error: ApiError, request: Pick<ApiRequest, 'requestId' | 'rawPath' | 'method'>): ApiResponse;
}

/** An error that a service answers with, in AWS's own code and words. */
export class ApiError extends Error {
  readonly code: string;
  readonly status: number;
  /** Further elements of the answer, e.g. `{ BucketName: 'x' }`. */
  readonly details: Record<string, string>;

  constructor(code: string, status: number, message: string, details: Record<string, string> = {}) {
    super(message);
    this.name = code;
    this.code = code;
    this.status = status;
    this.details = details;
  }
}

export interface AccessRequest {
  caller: Caller;
  /** e.g. `s3:PutObject` */
  action: string;
  /** The ARN acted on. */
  resource: string;
  /** The account that owns the resource; another caller's account makes it cross-account. */
  resourceAccount: string;
  /** The bucket, queue, key or trust policy, if there is one. */
  resourcePolicy?: PolicyDocument | undefined;
  /** Condition keys of this action, e.g. `{ 's3:prefix': 'a/' }`. */
  context?: ContextKeys;
  /** Whether a service asks on the caller's behalf, as S3 asks KMS. */
  isViaService?: boolean;
}

export interface Authorizer {
  /** @throws ApiError `AccessDenied` (403) in AWS's words when the request is not allowed. */
  authorize(request: AccessRequest): void;
  isAllowed(request: AccessRequest): boolean;
}

/** Time, so that tests can move it. Milliseconds since the epoch. */
export type Clock = () => number;
