/** How each service words a signature that it refuses. */
import { ApiError } from '../../core/api.ts';

export type SignatureFault =
  | 'malformed'
  | 'missing'
  | 'unknownKey'
  | 'wrongSignature'
  | 'skewed'
  | 'expiredToken'
  | 'wrongToken';

type Refusal = [code: string, status: number, message: string];

const INVALID_TOKEN = 'The security token included in the request is invalid.';
const EXPIRED_TOKEN = 'The security token included in the request is expired';
const WRONG_SIGNATURE = 'The request signature we calculated does not match the signature you provided.';
const CHECK_SECRET = `${WRONG_SIGNATURE} Check your AWS Secret Access Key and signing method. Consult the service documentation for details.`;

const S3: Record<SignatureFault, Refusal> = {
  malformed: ['AuthorizationHeaderMalformed', 400, 'The authorization header is malformed'],
  missing: ['AccessDenied', 403, 'Access Denied'],
  unknownKey: ['InvalidAccessKeyId', 403, 'The AWS Access Key Id you provided does not exist in our records.'],
  wrongSignature: ['SignatureDoesNotMatch', 403, `${WRONG_SIGNATURE} Check your key and signing method.`],
  skewed: ['RequestTimeTooSkewed', 403, 'The difference between the request time and the current time is too large.'],
  expiredToken: ['ExpiredToken', 400, 'The provided token has expired.'],
  wrongToken: ['InvalidToken', 400, 'The provided token is malformed or otherwise invalid.'],
};

/** The XML services other than S3: here STS. */
const QUERY: Record<SignatureFault, Refusal> = {
  malformed: ['IncompleteSignature', 400, 'The request signature does not conform to AWS standards'],
  missing: ['MissingAuthenticationToken', 403, 'Request is missing Authentication Token'],
  unknownKey: ['InvalidClientTokenId', 403, INVALID_TOKEN],
  wrongSignature: ['SignatureDoesNotMatch', 403, CHECK_SECRET],
  skewed: ['SignatureDoesNotMatch', 403, 'Signature expired'],
  expiredToken: ['ExpiredToken', 403, EXPIRED_TOKEN],
  wrongToken: ['InvalidClientTokenId', 403, INVALID_TOKEN],
};

/** The JSON services: SQS and Lambda. */
const JSON_SERVICES: Record<SignatureFault, Refusal> = {
  malformed: ['IncompleteSignatureException', 400, 'The request signature does not conform to AWS standards'],
  missing: ['MissingAuthenticationTokenException', 403, 'Missing Authentication Token'],
  unknownKey: ['UnrecognizedClientException', 403, INVALID_TOKEN],
  wrongSignature: ['InvalidSignatureException', 403, CHECK_SECRET],
  skewed: ['InvalidSignatureException', 403, 'Signature expired'],
  expiredToken: ['ExpiredTokenException', 403, EXPIRED_TOKEN],
  wrongToken: ['UnrecognizedClientException', 403, INVALID_TOKEN],
};

/**
 * The same fault has another code with each family of services, and clients go by the code.
 * @param service as in the credential scope
 * @param particulars appended to the sentence
 */
export function signatureError(
  service: string,
  fault: SignatureFault,
  particulars = '',
  details: Record<string, string> = {},
): ApiError {
  const words = service === 's3' ? S3 : service === 'sts' || service === 'iam' ? QUERY : JSON_SERVICES;
  const [code, status, message] = words[fault];
  return new ApiError(code, status, particulars === '' ? message : `${message}${particulars}`, details);
}
