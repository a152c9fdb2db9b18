/** Rows of the failure table about sessions: https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html */
import * as codes from './codes.ts';
import type { Failure } from './failure.ts';

export const OF_SESSIONS: readonly Failure[] = [
  {
    side: 'session',
    when: 'refused the role (AccessDenied)',
    codes: codes.DENIED,
    statuses: [401, 403],
    code: 'AssumeRoleDenied',
    retryable: false,
    advice: "The role's trust policy must name this relay's role and external id.",
  },
  {
    side: 'session',
    when: 'refused the session policy (MalformedPolicyDocument, PackedPolicyTooLarge)',
    codes: codes.SESSION_POLICY,
    code: 'SessionRefused',
    retryable: false,
    advice:
      "The session policy is made of the route's bucket, prefixes and key: shorten them, and use no character beyond U+00FF.",
  },
  {
    side: 'session',
    when: 'STS refuses a value of the request (ValidationError)',
    codes: codes.INVALID_VALUE,
    code: 'SessionRefused',
    retryable: false,
    advice:
      "Its words name the value: the session policy is made of the route's bucket, prefixes and key, the external id and the role stand in cdk.json.",
  },
  {
    side: 'session',
    when: 'any other client error of STS',
    codes: codes.MALFORMED,
    isRest: true,
    code: 'SessionRefused',
    retryable: false,
    advice: 'STS refused the request as such; its words say why.',
  },
];
