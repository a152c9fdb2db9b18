import { S3ServiceException } from '@aws-sdk/client-s3';

/** A refusal as the SDK throws it. */
export function s3Error(httpStatusCode: number, name: string): S3ServiceException {
  return new S3ServiceException({ name, message: name, $fault: 'client', $metadata: { httpStatusCode } });
}
