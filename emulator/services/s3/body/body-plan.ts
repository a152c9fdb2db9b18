/** What a request's headers promise about its body. */
import { ApiError, type ApiRequest } from '../../../core/api.ts';
import { entityTooLarge, headerNotImplemented, invalidRequest, missingContentLength } from '../errors.ts';
import type { Headers } from '../headers.ts';
import { MAX_SINGLE_PUT_BYTES } from '../limits.ts';
import {
  CHECKSUM_ALGORITHMS,
  type ChecksumAlgorithm,
  checkChecksumSyntax,
  checksumAlgorithm,
  checksumHeader,
} from './checksums.ts';

/** What a client promises about its body. */
export interface BodyPlan {
  sizeBytes: number;
  contentMd5: string | undefined;
  /** The one checksum that the client sends, with its value unless that follows in the trailer. */
  checksum: { algorithm: ChecksumAlgorithm; value: string | undefined } | undefined;
}

/** @throws ApiError `MissingContentLength`, `EntityTooLarge`, `InvalidDigest`, `InvalidRequest` */
export function planBody(request: ApiRequest, headers: Headers): BodyPlan {
  const sizeBytes = declaredSize(request, headers);
  if (sizeBytes > MAX_SINGLE_PUT_BYTES) throw entityTooLarge(sizeBytes, MAX_SINGLE_PUT_BYTES);
  const contentMd5 = headers.get('content-md5');
  if (contentMd5 !== undefined && Buffer.from(contentMd5, 'base64').length !== 16) {
    throw new ApiError('InvalidDigest', 400, 'The Content-MD5 you specified was invalid.', {
      'Content-MD5': contentMd5,
    });
  }
  return { sizeBytes, contentMd5, checksum: declaredChecksum(request, headers) };
}

function isChunked({ payload }: ApiRequest): boolean {
  return payload.kind === 'chunked-signed' || payload.kind === 'chunked-unsigned';
}

function declaredSize(request: ApiRequest, headers: Headers): number {
  const name = isChunked(request) ? 'x-amz-decoded-content-length' : 'content-length';
  const length = headers.get(name);
  if (length !== undefined && /^\d{1,15}$/.test(length)) return Number(length);
  if (name === 'content-length' && headers.has('transfer-encoding')) throw headerNotImplemented('Transfer-Encoding');
  throw missingContentLength();
}

function declaredChecksum(request: ApiRequest, headers: Headers): BodyPlan['checksum'] {
  const inHeaders = CHECKSUM_ALGORITHMS.filter((algorithm) => headers.has(checksumHeader(algorithm)));
  const trailer = headers.get('x-amz-trailer');
  if (inHeaders.length + (trailer === undefined ? 0 : 1) > 1) {
    throw invalidRequest('Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.');
  }
  let algorithm = inHeaders[0];
  if (trailer !== undefined) {
    algorithm = checksumAlgorithm(/^x-amz-checksum-(\w+)$/.exec(trailer.trim().toLowerCase())?.[1] ?? '');
    if (algorithm === undefined || !mayHaveTrailer(request)) {
      throw invalidRequest('The value specified in the x-amz-trailer header is not supported');
    }
  }
  const announced = headers.get('x-amz-sdk-checksum-algorithm');
  if (announced !== undefined && algorithm === undefined) {
    throw invalidRequest(
      'x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* or x-amz-trailer headers were found.',
    );
  }
  if (announced !== undefined && checksumAlgorithm(announced) !== algorithm) {
    throw invalidRequest('Value for x-amz-sdk-checksum-algorithm header is invalid.');
  }
  if (algorithm === undefined) return undefined;
  const value = headers.get(checksumHeader(algorithm));
  if (value !== undefined) checkChecksumSyntax({ algorithm, value });
  return { algorithm, value };
}

function mayHaveTrailer({ payload }: ApiRequest): boolean {
  return payload.kind === 'chunked-unsigned' || (payload.kind === 'chunked-signed' && payload.trailer);
}
