import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { PolicyDocument, Statement } from '../../../../core/policy-document.ts';
import { packedPolicySize } from '../../../../services/sts/packed-policy.ts';

function identity(Resource: string | string[], more: Partial<Statement> = {}): PolicyDocument {
  return { Version: '2012-10-17', Statement: { Effect: 'Allow', Action: 's3:PutObject', Resource, ...more } };
}

describe('a session policy is packed', () => {
  test('what repeats itself takes little room', () => {
    const Resource = Array.from({ length: 40 }, (_, index) => `arn:aws:s3:::uploads/incoming/${index}/*`);
    const policy = JSON.stringify(identity(Resource));
    expect(policy.length).toBeGreaterThan(1500);
    expect(packedPolicySize(policy)).toBeLessThan(40);
  });

  test('what is all different reaches the limit before that of the characters', () => {
    const digests = Array.from({ length: 22 }, (_, index) =>
      createHash('sha512').update(`${index}`).digest('base64url'),
    );
    const policy = JSON.stringify(identity(`arn:aws:s3:::b/${digests.join('')}`));
    expect(policy.length).toBeLessThan(2048);
    expect(() => packedPolicySize(policy)).toThrow(
      expect.objectContaining({
        code: 'PackedPolicyTooLarge',
        message: expect.stringMatching(/consumes 1\d\d% of allotted/),
      }),
    );
  });
});
