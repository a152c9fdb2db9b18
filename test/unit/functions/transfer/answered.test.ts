import { describe, expect, test } from 'vitest';
import { errorCodeIn } from '../../../../functions/aws/errors-in-200.ts';
import { doubtAbout, requireAnswer } from '../../../../functions/transfer/answered.ts';
import type { Transfer } from '../../../../functions/transfer/transfer.ts';

const CRC32 = { algorithm: 'CRC32', value: 'AAAAAA==' } as const;

describe('a write is done when its answer says so', () => {
  test.each([
    ['an ETag', { ETag: '"e"' }, undefined, 'done'],
    ['an ETag, and no checksum to compare', { ETag: '"e"' }, CRC32, 'done'],
    ['an ETag and the same checksum', { ETag: '"e"', ChecksumCRC32: 'AAAAAA==' }, CRC32, 'done'],
    ['another algorithm besides', { ETag: '"e"', ChecksumCRC64NVME: 'x' }, CRC32, 'done'],
    ['a checksum of which nothing is known here', { ETag: '"e"', ChecksumCRC32: 'BBBBBB==' }, undefined, 'done'],
    ['nothing', {}, undefined, 'without an ETag'],
    ['an empty ETag', { ETag: '' }, undefined, 'without an ETag'],
    ['an ETag with nothing between its quotes', { ETag: '""' }, undefined, 'without an ETag'],
    ['the checksum alone', { ChecksumCRC32: 'AAAAAA==' }, CRC32, 'without an ETag'],
    ['another checksum', { ETag: '"e"', ChecksumCRC32: 'BBBBBB==' }, CRC32, 'CRC32 BBBBBB== where AAAAAA== was sent'],
    ['an empty checksum', { ETag: '"e"', ChecksumCRC32: '' }, CRC32, 'where AAAAAA== was sent'],
  ])('answered %s', (_, answer, sent, expected) => {
    const doubt = doubtAbout(answer, sent);
    if (expected === 'done') expect(doubt).toBeUndefined();
    else expect(doubt).toContain(expected);
  });

  test('otherwise it went unanswered, which may pass', () => {
    const transfer = { source: 's3://source/key', destination: 's3://destination/in/key' } as unknown as Transfer;
    expect(() => requireAnswer(transfer, 'PutObject', {}, undefined)).toThrow(
      expect.objectContaining({ code: 'TransferFailed', retryable: true, operation: 'PutObject' }),
    );
  });
});

describe('an error in the body of a 200', () => {
  const error = '<Error><Code>InternalError</Code><Message>words</Message></Error>';
  test.each<[string, string, string | undefined]>([
    ['as it is', error, 'InternalError'],
    ['with a declaration', `<?xml version="1.0" encoding="UTF-8"?>\n${error}`, 'InternalError'],
    ['with a comment', `<?xml version="1.0"?><!-- words -->${error}`, 'InternalError'],
    ['with blanks and line ends before it', ` \r\n\t<?xml version="1.0"?>\n \n${error}`, 'InternalError'],
    ['with blanks and line ends after it', `${error} \r\n\t`, 'InternalError'],
    ['with a namespace', error.replace('<Error>', '<Error xmlns="http://s3.amazonaws.com/doc/">'), 'InternalError'],
    ['with blanks in its code', error.replace('InternalError', ' InternalError\n'), 'InternalError'],
    ['without a code', '<Error/>', ''],
    ['no body', '', undefined],
    ['a result', '<CompleteMultipartUploadResult><Key>k</Key></CompleteMultipartUploadResult>', undefined],
    ['a result that tells of an error', '<Result><Error><Code>InternalError</Code></Error></Result>', undefined],
    ['another root', '<Errors><Code>InternalError</Code></Errors>', undefined],
  ])('%s', (_, body, code) => expect(errorCodeIn(body)).toBe(code));
});
