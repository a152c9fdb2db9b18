import { describe, expect, test } from 'vitest';
import { type ProofFacts, proofOf } from '../../../../functions/transfer/proof.ts';

describe('the proof of an object', () => {
  const MD5_HEX = 'd41d8cd98f00b204e9800998ecf8427e';
  const MD5 = Buffer.from(MD5_HEX, 'hex').toString('base64');
  const ETag = `"${MD5_HEX}"`;
  const ofParts = `"${MD5_HEX}-3"`;
  const composite = { ETag: ofParts, ChecksumType: 'COMPOSITE' };
  const byETag = { kind: 'handedOn', checksum: { algorithm: 'MD5', value: MD5 }, origin: 'sourceETag' };
  const byETagOfParts = { kind: 'compared', algorithm: 'MD5', value: MD5, parts: 3, origin: 'sourceETag' };

  test.each<[string, ProofFacts, unknown]>([
    [
      'the default',
      { ETag, ChecksumCRC64NVME: 'a', ChecksumType: 'FULL_OBJECT' },
      { kind: 'handedOn', checksum: { algorithm: 'CRC64NVME', value: 'a' }, origin: 'source' },
    ],
    [
      'the default, of an upload in parts',
      { ETag: ofParts, ChecksumCRC64NVME: 'a', ChecksumType: 'FULL_OBJECT' },
      { kind: 'handedOn', checksum: { algorithm: 'CRC64NVME', value: 'a' }, origin: 'source' },
    ],
    [
      'SHA-256 of one PutObject',
      { ETag, ChecksumSHA256: 'b', ChecksumType: 'FULL_OBJECT' },
      { kind: 'handedOn', checksum: { algorithm: 'SHA256', value: 'b' }, origin: 'source' },
    ],
    [
      'an algorithm of 2026 that Node has not',
      { ETag, ChecksumXXHASH3: 'b', ChecksumType: 'FULL_OBJECT' },
      { kind: 'handedOn', checksum: { algorithm: 'XXHASH3', value: 'b' }, origin: 'source' },
    ],
    ['composite CRC32', { ...composite, ChecksumCRC32: 'c-3' }, { kind: 'combined', algorithm: 'CRC32', parts: 3 }],
    ['composite CRC32C', { ...composite, ChecksumCRC32C: 'c-3' }, { kind: 'combined', algorithm: 'CRC32C', parts: 3 }],
    [
      'a composite value without the number of parts',
      { ...composite, ChecksumSHA1: 'c' },
      { kind: 'compared', algorithm: 'SHA1', value: 'c', parts: 3, origin: 'sourceParts' },
    ],
    [
      'composite SHA-256',
      { ...composite, ChecksumSHA256: 'c-3' },
      { kind: 'compared', algorithm: 'SHA256', value: 'c', parts: 3, origin: 'sourceParts' },
    ],
    [
      'composite SHA-512 under SSE-KMS',
      { ...composite, ChecksumSHA512: 'c-3', ServerSideEncryption: 'aws:kms' },
      { kind: 'compared', algorithm: 'SHA512', value: 'c', parts: 3, origin: 'sourceParts' },
    ],
    ['a composite that Node cannot compute: its ETag', { ...composite, ChecksumXXHASH64: 'c-3' }, byETagOfParts],
    [
      'the same under SSE-KMS',
      { ...composite, ChecksumXXHASH64: 'c-3', ServerSideEncryption: 'aws:kms' },
      { kind: 'none' },
    ],
    [
      'a composite of what was not uploaded in parts: its ETag',
      { ETag, ChecksumCRC32: 'c-3', ChecksumType: 'COMPOSITE' },
      byETag,
    ],
    ['a value of unknown type: its ETag', { ETag, ChecksumCRC32: 'd' }, byETag],
    ['no checksum, in one piece', { ETag }, byETag],
    ['no checksum, under SSE-S3', { ETag, ServerSideEncryption: 'AES256' }, byETag],
    ['no checksum, in parts', { ETag: ofParts }, byETagOfParts],
    ['no checksum, under SSE-KMS', { ETag, ServerSideEncryption: 'aws:kms' }, { kind: 'none' }],
    ['no checksum, in parts under SSE-KMS', { ETag: ofParts, ServerSideEncryption: 'aws:kms' }, { kind: 'none' }],
    ['no checksum, under DSSE-KMS', { ETag, ServerSideEncryption: 'aws:kms:dsse' }, { kind: 'none' }],
    ['no checksum, an encryption of the future', { ETag, ServerSideEncryption: 'x' }, { kind: 'none' }],
    ['no checksum, with a customer-provided key', { ETag, SSECustomerAlgorithm: 'AES256' }, { kind: 'none' }],
    ['an ETag that is no MD5', { ETag: '"something"' }, { kind: 'none' }],
    ['nothing at all', {}, { kind: 'none' }],
  ])('%s is proved as the table says', (_, facts, expected) => expect(proofOf(facts)).toEqual(expected));
});
