import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { IssuedKey } from '../../../../core/credentials.ts';
import type { RawRequest } from '../../../../http/signatures/canonical-request.ts';
import { readSignature } from '../../../../http/signatures/signature-claim.ts';
import { verifySignature } from '../../../../http/signatures/sigv4.ts';

// The worked examples of AWS's own documentation and of its SigV4 test suite.
const S3_KEY: IssuedKey = {
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
  principal: { kind: 'root', account: '111111111111', arn: 'arn:aws:iam::111111111111:root' },
};
const SUITE_KEY: IssuedKey = {
  accessKeyId: 'AKIDEXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
  principal: { kind: 'root', account: '222222222222', arn: 'arn:aws:iam::222222222222:root' },
};
const keys = { findAccessKey: (id: string) => [S3_KEY, SUITE_KEY].find(({ accessKeyId }) => accessKeyId === id) };
const S3_DAY = Date.parse('2013-05-24T00:00:00Z');
const SUITE_DAY = Date.parse('2015-08-30T12:36:00Z');
const EMPTY = createHash('sha256').digest('hex');

function request(method: string, target: string, headers: Record<string, string>): RawRequest {
  const [rawPath = '', rawQuery = ''] = target.split('?');
  const distinct = Object.entries(headers).map(([name, value]) => [name, [value]]);
  return { method, rawPath, rawQuery, headers: Object.fromEntries(distinct) };
}

function s3Request(method: string, target: string, signature: string, extra: Record<string, string> = {}): RawRequest {
  const headers: Record<string, string> = {
    host: 'examplebucket.s3.amazonaws.com',
    'x-amz-content-sha256': EMPTY,
    'x-amz-date': '20130524T000000Z',
    ...extra,
  };
  const scope = `${S3_KEY.accessKeyId}/20130524/us-east-1/s3/aws4_request`;
  const signed = Object.keys(headers).sort().join(';');
  const authorization = `AWS4-HMAC-SHA256 Credential=${scope},SignedHeaders=${signed},Signature=${signature}`;
  return request(method, target, { ...headers, authorization });
}

function suiteRequest(target: string, signature: string): RawRequest {
  const authorization = `AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date, Signature=${signature}`;
  return request('GET', target, { host: 'example.amazonaws.com', 'x-amz-date': '20150830T123600Z', authorization });
}

function verify(raw: RawRequest, now: number) {
  const claim = readSignature(raw, 's3');
  if (!claim) throw new Error('unsigned');
  return verifySignature(raw, claim, { keys, clock: () => now, bodySha256: undefined });
}

const GET_OBJECT = 'f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41';
const PRESIGNED =
  '/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404';
const presigned = (target = PRESIGNED) => request('GET', target, { host: 'examplebucket.s3.amazonaws.com' });
const getObject = () => s3Request('GET', '/test.txt', GET_OBJECT, { range: 'bytes=0-9' });

describe('the examples of the documentation verify', () => {
  test.each<[string, RawRequest, number]>([
    ['GET object', getObject(), S3_DAY],
    [
      'PUT object with an escaped dollar',
      s3Request('PUT', '/test%24file.text', '98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd', {
        date: 'Fri, 24 May 2013 00:00:00 GMT',
        'x-amz-storage-class': 'REDUCED_REDUNDANCY',
        'x-amz-content-sha256': '44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072',
      }),
      S3_DAY,
    ],
    [
      'GET lifecycle: a parameter without a value',
      s3Request('GET', '/?lifecycle', 'fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543'),
      S3_DAY,
    ],
    [
      'list objects',
      s3Request('GET', '/?prefix=J&max-keys=2', '34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7'),
      S3_DAY,
    ],
    ['presigned, in its last second', presigned(), S3_DAY + 86_400_000],
    [
      'another service',
      suiteRequest('/', '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31'),
      SUITE_DAY,
    ],
    [
      'another service, path normalised',
      suiteRequest('/example/..', '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31'),
      SUITE_DAY,
    ],
  ])('%s', (_, raw, now) => {
    expect(verify(raw, now).principal.kind).toBe('root');
  });

  test('a body in signed chunks, each signature resting on the one before', () => {
    const raw = s3Request(
      'PUT',
      '/examplebucket/chunkObject.txt',
      '4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9',
      {
        host: 's3.amazonaws.com',
        'content-encoding': 'aws-chunked',
        'content-length': '66824',
        'x-amz-content-sha256': 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD',
        'x-amz-decoded-content-length': '66560',
        'x-amz-storage-class': 'REDUCED_REDUNDANCY',
      },
    );
    const { payload } = verify(raw, S3_DAY);
    if (payload.kind !== 'chunked-signed') throw new Error(payload.kind);
    expect(payload.trailer).toBe(false);
    const sign = (bytes: number) =>
      payload.chunkSignature.chunk(createHash('sha256').update('a'.repeat(bytes)).digest('hex'));
    expect([sign(65_536), sign(1024), sign(0)]).toEqual([
      'ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648',
      '0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497',
      'b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9',
    ]);
  });

  test('a signed trailer after signed chunks', () => {
    const raw = s3Request(
      'PUT',
      '/examplebucket/chunkObject.txt',
      '106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e',
      {
        host: 's3.amazonaws.com',
        'content-encoding': 'aws-chunked',
        'x-amz-content-sha256': 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER',
        'x-amz-decoded-content-length': '66560',
        'x-amz-storage-class': 'REDUCED_REDUNDANCY',
        'x-amz-trailer': 'x-amz-checksum-crc32c',
      },
    );
    const { payload } = verify(raw, S3_DAY);
    if (payload.kind !== 'chunked-signed') throw new Error(payload.kind);
    const digest = (text: string) => createHash('sha256').update(text).digest('hex');
    for (const bytes of [65_536, 1024, 0]) payload.chunkSignature.chunk(digest('a'.repeat(bytes)));
    expect(payload.chunkSignature.trailer(digest('x-amz-checksum-crc32c:sOO8/Q==\n'))).toBe(
      'd81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435',
    );
  });
});

describe('everything else is refused in the words of S3', () => {
  const edited = (changes: Record<string, string | undefined>): RawRequest => {
    const raw = getObject();
    for (const [name, value] of Object.entries(changes)) raw.headers[name] = value === undefined ? undefined : [value];
    return raw;
  };
  const authorization = getObject().headers['authorization']![0]!;
  test.each<[string, RawRequest, number, string, number]>([
    ['a changed header', edited({ range: 'bytes=0-8' }), S3_DAY, 'SignatureDoesNotMatch', 403],
    ['a changed path', { ...getObject(), rawPath: '/test.tx' }, S3_DAY, 'SignatureDoesNotMatch', 403],
    ['an added query', { ...getObject(), rawQuery: 'acl' }, S3_DAY, 'SignatureDoesNotMatch', 403],
    ['another method', { ...getObject(), method: 'DELETE' }, S3_DAY, 'SignatureDoesNotMatch', 403],
    [
      'a signature cut short',
      edited({ authorization: authorization.slice(0, -1) }),
      S3_DAY,
      'SignatureDoesNotMatch',
      403,
    ],
    ['an x-amz header that is not signed', edited({ 'x-amz-tagging': 'a=b' }), S3_DAY, 'AccessDenied', 403],
    ['a clock 15 minutes and a second late', getObject(), S3_DAY + 901_000, 'RequestTimeTooSkewed', 403],
    ['a clock 15 minutes and a second early', getObject(), S3_DAY - 901_000, 'RequestTimeTooSkewed', 403],
    [
      'an unknown key',
      edited({ authorization: authorization.replace('AKIA', 'AKIB') }),
      S3_DAY,
      'InvalidAccessKeyId',
      403,
    ],
    ['no payload digest', edited({ 'x-amz-content-sha256': undefined }), S3_DAY, 'InvalidRequest', 400],
    ['a path that is no UTF-8', { ...getObject(), rawPath: '/%ff' }, S3_DAY, 'InvalidURI', 400],
    ['an outlived presigned URL', presigned(), S3_DAY + 86_401_000, 'AccessDenied', 403],
    [
      'a prolonged presigned URL',
      presigned(PRESIGNED.replace('=86400', '=86401')),
      S3_DAY,
      'SignatureDoesNotMatch',
      403,
    ],
    [
      'a presigned URL for more than a week',
      presigned(PRESIGNED.replace('=86400', '=604801')),
      S3_DAY,
      'AuthorizationQueryParametersError',
      400,
    ],
    ['header and query at once', { ...presigned(), headers: getObject().headers }, S3_DAY, 'InvalidArgument', 400],
    ['signature version 2', edited({ authorization: 'AWS AKIAIOSFODNN7EXAMPLE:abc=' }), S3_DAY, 'InvalidRequest', 400],
  ])('%s', (_, raw, now, code, status) => {
    expect(() => verify(raw, now)).toThrow(expect.objectContaining({ code, status }));
  });

  test.each([
    'AWS4-HMAC-SHA256',
    'AWS4-HMAC-SHA512 Credential=a',
    'AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3, SignedHeaders=host, Signature=a',
    'AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, SignedHeaders=host',
    'AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, SignedHeaders=x-amz-date, Signature=a',
    'AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130525/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=a',
    'AWS4-HMAC-SHA256 ====,,,=',
  ])('a malformed header: %s', (value) => {
    expect(() => verify(edited({ authorization: value }), S3_DAY)).toThrow(
      expect.objectContaining({ code: 'AuthorizationHeaderMalformed', status: 400 }),
    );
  });
});

describe('other services have other words', () => {
  const session: IssuedKey = { ...S3_KEY, temporary: { sessionToken: 'token', expiresAt: S3_DAY } };
  const attempt = (
    service: string,
    key: IssuedKey | undefined,
    changes: Partial<{ token: string; now: number }> = {},
  ) => {
    const raw = getObject();
    const { authorization } = raw.headers;
    raw.headers['authorization'] = [authorization![0]!.replace('/s3/', `/${service}/`)];
    if (changes.token !== undefined) raw.headers['x-amz-security-token'] = [changes.token];
    const claim = readSignature(raw, service)!;
    const settings = { keys: { findAccessKey: () => key }, clock: () => changes.now ?? S3_DAY, bodySha256: EMPTY };
    return () => verifySignature(raw, claim, settings);
  };
  test.each([
    ['sts', 'InvalidClientTokenId', 'SignatureDoesNotMatch', 'SignatureDoesNotMatch', 'InvalidClientTokenId'],
    [
      'lambda',
      'UnrecognizedClientException',
      'InvalidSignatureException',
      'InvalidSignatureException',
      'UnrecognizedClientException',
    ],
  ])('%s', (service, unknownKey, wrongSignature, skewed, wrongToken) => {
    expect(attempt(service, undefined)).toThrow(expect.objectContaining({ code: unknownKey }));
    expect(attempt(service, S3_KEY)).toThrow(expect.objectContaining({ code: wrongSignature }));
    expect(attempt(service, S3_KEY, { now: 0 })).toThrow(expect.objectContaining({ code: skewed }));
    expect(attempt(service, session, { token: 'tokem' })).toThrow(expect.objectContaining({ code: wrongToken }));
    expect(attempt(service, session)).toThrow(expect.objectContaining({ code: wrongToken }));
    expect(attempt(service, S3_KEY, { token: 'token' })).toThrow(expect.objectContaining({ code: wrongToken }));
  });
});
