/** S3's errors, in its own codes and words. */
import { ApiError } from '../../core/api.ts';

/** The errors of S3 that several operations share, in S3's own words. Those of one operation stand with it. */

export function accessDenied(): ApiError {
  return new ApiError('AccessDenied', 403, 'Access Denied');
}

export function noSuchBucket(name: string): ApiError {
  return new ApiError('NoSuchBucket', 404, 'The specified bucket does not exist', { BucketName: name });
}

export function noSuchKey(key: string): ApiError {
  return new ApiError('NoSuchKey', 404, 'The specified key does not exist.', { Key: key });
}

export function noSuchVersion(key: string, versionId: string): ApiError {
  return new ApiError('NoSuchVersion', 404, 'The specified version does not exist.', {
    Key: key,
    VersionId: versionId,
  });
}

export function noSuchUpload(uploadId: string): ApiError {
  return new ApiError(
    'NoSuchUpload',
    404,
    'The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.',
    { UploadId: uploadId },
  );
}

export function invalidArgument(message: string, name: string, value: string): ApiError {
  return new ApiError('InvalidArgument', 400, message, { ArgumentName: name, ArgumentValue: value });
}

export function invalidRequest(message: string): ApiError {
  return new ApiError('InvalidRequest', 400, message);
}

export function malformedXml(): ApiError {
  return new ApiError(
    'MalformedXML',
    400,
    'The XML you provided was not well-formed or did not validate against our published schema',
  );
}

export function missingContentLength(): ApiError {
  return new ApiError('MissingContentLength', 411, 'You must provide the Content-Length HTTP header.');
}

export function incompleteBody(): ApiError {
  return new ApiError(
    'IncompleteBody',
    400,
    'You did not provide the number of bytes specified by the Content-Length HTTP header',
  );
}

export function entityTooLarge(sizeBytes: number, limitBytes: number): ApiError {
  return new ApiError('EntityTooLarge', 400, 'Your proposed upload exceeds the maximum allowed size', {
    ProposedSize: String(sizeBytes),
    MaxSizeAllowed: String(limitBytes),
  });
}

export function preconditionFailed(condition: string): ApiError {
  return new ApiError('PreconditionFailed', 412, 'At least one of the pre-conditions you specified did not hold', {
    Condition: condition,
  });
}

export function conditionalConflict(condition: string, key: string): ApiError {
  const message = 'The conditional request cannot succeed due to a conflicting operation against this resource.';
  return new ApiError('ConditionalRequestConflict', 409, message, { Condition: condition, Key: key });
}

/** @param algorithm in capitals for a body, in small letters for a completion, as S3 writes it */
export function badDigest(algorithm: string): ApiError {
  return new ApiError('BadDigest', 400, `The ${algorithm} you specified did not match the calculated checksum.`);
}

/** What S3 answers to a header it knows nothing of; here also to headers whose effect isn't modelled. */
export function headerNotImplemented(header: string): ApiError {
  return new ApiError(
    'NotImplemented',
    501,
    `A header you provided implies functionality that is not implemented: ${header}`,
    { Header: header },
  );
}

export function notImplemented(what: string): ApiError {
  return new ApiError('NotImplemented', 501, `The local S3 does not implement ${what}.`);
}
