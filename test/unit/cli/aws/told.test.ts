/** What the command says of each error that a person may cause, and the exit code that goes with it. */
import { expect, test } from 'vitest';
import { told } from '../../../../cli/aws/told.ts';
import { Failure, UserError } from '../../../../cli/terminal/user-error.ts';

const ASKED = { name: 'upload-relay', region: 'us-east-1', profile: 'a' };

function errorOf(name: string, message = 'Words of AWS.', more: object = {}): Error {
  return Object.assign(new Error(message), { name, $metadata: {}, ...more });
}

const system = (code: string, more: object = {}) => Object.assign(new Error(code), { code, ...more });

test.each<[Error, string]>([
  [errorOf('CredentialsProviderError', 'Could not load credentials from any providers'), 'There are no credentials'],
  [errorOf('CredentialsProviderError', 'Token is expired. To refresh, run …'), 'The credentials of profile a have exp'],
  [
    errorOf('CredentialsProviderError', 'Profile a is missing a source'),
    'There are no credentials from profile a: Pro',
  ],
  [errorOf('ExpiredTokenException', 'The security token included in the request is expired'), 'aws sso login --prof'],
  [errorOf('ExpiredToken', 'The provided token has expired.'), 'sign in again'],
  [
    errorOf('UnrecognizedClientException'),
    "AWS doesn't know the keys of profile a (UnrecognizedClientException: Words",
  ],
  [errorOf('InvalidClientTokenId'), 'name another profile, or make new keys.'],
  [errorOf('SignatureDoesNotMatch'), "AWS doesn't know the keys of profile a"],
  [
    errorOf('AccessDeniedException', 'User x is not authorized.'),
    "AWS doesn't allow it: User x is not authorized. docs",
  ],
  [errorOf('AccessDenied'), 'docs/cli.md lists what each command needs.'],
  [errorOf('ResourceNotFoundException'), 'There is no relay "upload-relay" in region us-east-1 of the account of prof'],
  [errorOf('QueueDoesNotExist'), 'say another --relay, --region or --profile, or deploy the source stack there.'],
  [errorOf('AWS.SimpleQueueService.NonExistentQueue'), 'There is no relay "upload-relay"'],
  [
    system('ERR_INVALID_URL', { input: 'nonsense' }),
    'The endpoint is "nonsense": it must be a URL, in AWS_ENDPOINT_URL',
  ],
  [
    errorOf('Error', 'Region not accepted: region="x/y" is not a valid hostname component.'),
    '--region is "us-east-1": ',
  ],
  [errorOf('RequestTimeTooSkewed'), "This machine's clock and AWS's differ by too much: set it right."],
  [system('SELF_SIGNED_CERT_IN_CHAIN'), "The server's certificate isn't trusted (SELF_SIGNED_CERT_IN_CHAIN): name its"],
  [system('UNABLE_TO_VERIFY_LEAF_SIGNATURE'), 'AWS_CA_BUNDLE'],
])('%s is a mistake, or something to be changed: %s', (error, sentence) => {
  const answer = told(error, ASKED);
  expect(answer).toBeInstanceOf(UserError);
  expect((answer as Error).message).toContain(sentence);
  expect((answer as Error).message).not.toContain('\n');
});

test.each<[Error, string]>([
  [errorOf('ThrottlingException'), 'AWS asks to slow down (ThrottlingException): try again in a minute.'],
  [errorOf('TooManyRequestsException'), 'AWS asks to slow down'],
  [errorOf('ServiceException'), 'AWS refuses it: ServiceException: Words of AWS.'],
  [
    system('ENOTFOUND', { hostname: 'lambda.us-esat-1.amazonaws.com' }),
    "lambda.us-esat-1.amazonaws.com can't be found: is",
  ],
  [system('ECONNREFUSED', { address: '127.0.0.1', port: 1 }), "127.0.0.1:1 doesn't answer (ECONNREFUSED): is there a"],
  [new AggregateError([system('ECONNREFUSED', { address: '::1', port: 2 })]), "::1:2 doesn't answer (ECONNREFUSED)"],
  [new TypeError('fetch failed', { cause: system('ETIMEDOUT') }), "AWS doesn't answer (ETIMEDOUT)"],
  [errorOf('TimeoutError'), "AWS doesn't answer (TimeoutError)"],
])('%s is a failure: %s', (error, sentence) => {
  const answer = told(error, ASKED);
  expect(answer).toBeInstanceOf(Failure);
  expect((answer as Error).message).toContain(sentence);
});

test('without a profile, it is the terminal that has no keys', () => {
  const { message } = told(errorOf('ExpiredToken', 'expired'), { name: 'upload-relay' }) as Error;
  expect(message).toBe('The credentials of this terminal have expired: sign in again.');
});

test('whatever else is thrown is a defect, and keeps its stack', () => {
  const error = new TypeError('x is not a function');
  expect(told(error, ASKED)).toBe(error);
});
