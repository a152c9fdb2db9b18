import { describe, expect, test } from 'vitest';
import { explainWrite, type FailedWrite } from '../../../../functions/check/explain-write.ts';
import { aRoute } from '../../../support/relay.ts';

const USER = 'User: arn:aws:sts::222222222222:assumed-role/writer/s is not authorized to perform:';
const PUT = `${USER} s3:PutObject on resource: "arn:aws:s3:::destination/in/x"`;
const KEY = 'arn:aws:kms:us-east-1:222222222222:key/1-2';

function aFailedWrite(message: string, change: Partial<FailedWrite> = {}): FailedWrite {
  return {
    route: aRoute(),
    sourceAccount: '111111111111',
    error: { name: 'AccessDenied', status: 403, message },
    byRoleItself: 'failed',
    byAnyOwner: 'refused',
    aclIsDemanded: false,
    conditionIsDemanded: false,
    encryptionDemanded: undefined,
    ...change,
  };
}

describe('a refused write is explained by what AWS says and by what else was tried', () => {
  test.each<[string, FailedWrite, 'source' | 'destination', string]>([
    [
      'a bare refusal tells of another owner',
      aFailedWrite('Access Denied'),
      'destination',
      'belong to account 222222222222',
    ],
    [
      'a write that any owner’s bucket would take',
      aFailedWrite(`${PUT} because no identity-based policy allows the s3:PutObject action`, { byAnyOwner: 'allowed' }),
      'destination',
      'belong to account 222222222222',
    ],
    [
      'no policy allows it',
      aFailedWrite(`${PUT} because no identity-based policy allows the s3:PutObject action`),
      'destination',
      'may not put objects under "in/"',
    ],
    [
      'a bucket policy denies it',
      aFailedWrite(`${PUT} with an explicit deny in a resource-based policy`),
      'destination',
      'A Deny stands in the way (with an explicit deny in a resource-based policy)',
    ],
    [
      'an organization denies it',
      aFailedWrite(`${PUT} with an explicit deny in a service control policy`),
      'destination',
      'service control policy',
    ],
    [
      'the Deny is about an ACL',
      aFailedWrite(`${PUT} with an explicit deny in a resource-based policy`, { aclIsDemanded: true }),
      'destination',
      'demands an ACL',
    ],
    [
      'the Deny is about encryption',
      aFailedWrite(`${PUT} with an explicit deny in a resource control policy`, {
        encryptionDemanded: 'as configured',
      }),
      'source',
      'Set destination.sendEncryption of route "main" to true in cdk.json, and deploy the source stack',
    ],
    [
      'the Deny is about encryption by a KMS key',
      aFailedWrite(`${PUT} with an explicit deny in a resource-based policy`, { encryptionDemanded: 'with a key' }),
      'source',
      'and destination.kmsKeyArn to',
    ],
    [
      'the Deny is about overwriting',
      aFailedWrite(`${PUT} with an explicit deny in a resource-based policy`, { conditionIsDemanded: true }),
      'destination',
      'Set createOnly of route "main"',
    ],
    [
      'the role itself may',
      aFailedWrite(`${USER} kms:GenerateDataKey on resource: ${KEY} because no session policy allows it`, {
        byRoleItself: 'done',
      }),
      'source',
      'Set destination.kmsKeyArn',
    ],
    [
      'the key is refused',
      aFailedWrite(`${USER} kms:GenerateDataKey on resource: ${KEY} because no identity-based policy allows it`),
      'destination',
      'may not use the key',
    ],
    [
      'the key is gone',
      aFailedWrite('', { error: { name: 'KMS.NotFoundException', status: 400, message: 'does not exist' } }),
      'destination',
      'account B must enable it',
    ],
    [
      'a key of that name in the object’s own name',
      aFailedWrite(
        `${PUT.replace('in/x', 'in/kms:Decrypt explicit deny object lock')} because no identity-based policy allows it`,
      ),
      'destination',
      'may not put objects under "in/"',
    ],
    [
      'Object Lock',
      aFailedWrite('', {
        error: {
          name: 'InvalidRequest',
          status: 400,
          message: 'required for Put Part requests with Object Lock parameters',
        },
      }),
      'destination',
      'Take the rule off',
    ],
    [
      'the clock',
      aFailedWrite('', {
        error: { name: 'RequestTimeTooSkewed', status: 403, message: 'too large' },
        byAnyOwner: 'allowed',
      }),
      'source',
      'nobody has to change anything',
    ],
    [
      'the signature',
      aFailedWrite('', { error: { name: 'SignatureDoesNotMatch', status: 403, message: 'does not match' } }),
      'source',
      'no permission is missing',
    ],
    [
      'a region that is not enabled',
      aFailedWrite('', { error: { name: 'InvalidToken', status: 400, message: 'malformed' } }),
      'destination',
      'enable it in both accounts',
    ],
    [
      'no such bucket',
      aFailedWrite('', {
        error: { name: 'NoSuchBucket', status: 404, message: 'The specified bucket does not exist' },
      }),
      'destination',
      'There is no bucket destination',
    ],
    [
      'a bucket of another region',
      aFailedWrite('', {
        error: { name: 'PermanentRedirect', status: 301, message: 'must be addressed', region: 'eu-west-1' },
      }),
      'source',
      'is not in us-east-1, but in eu-west-1',
    ],
    [
      'anything else',
      aFailedWrite('', { error: { name: 'InternalError', status: 500, message: 'We encountered an internal error.' } }),
      'destination',
      'takes no objects at present',
    ],
  ])('%s', (_, write, side, change) => {
    const remedy = explainWrite(write);
    expect(remedy).toMatchObject({ side, account: side === 'source' ? '111111111111' : '222222222222' });
    expect(remedy.change).toContain(change);
  });

  test('the key to grant is the one that AWS names', () => {
    const { statement } = explainWrite(aFailedWrite(`${USER} kms:Decrypt on resource: ${KEY} because no …`));
    expect(statement).toMatchObject([{ Resource: KEY }, { Principal: { AWS: aRoute().writerRoleArn } }]);
  });
});
