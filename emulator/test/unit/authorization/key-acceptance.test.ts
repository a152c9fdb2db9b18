import { describe, expect, test } from 'vitest';
import { ACTIONS, hasOnAws, isSet } from '../../../authorization/key-acceptance.ts';
import { parsePolicy } from '../../../authorization/policy.ts';
import { SET_BY_ACTION, SET_GLOBALLY } from '../../../authorization/set-keys.ts';
import { committed, generate } from '../../condition-keys.ts';

const reference = committed();
const words = (text: string) => text.split(' ').filter((word) => word !== '');
const EVERY_KEY = [
  ...new Set([...words(reference.globalKeys), ...Object.values(reference.keys).flatMap((keys) => Object.keys(keys))]),
];

/** A key as a policy may write it. */
const written = (key: string) => key.replace('*', 'x');

function statement(changes: object): unknown {
  return { Effect: 'Deny', Action: 's3:GetObject', Resource: '*', ...changes };
}

function problemWith(changes: object, Version = '2012-10-17'): string | undefined {
  try {
    parsePolicy({ Version, Statement: statement(changes) }, 'policy p');
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

const on = (operator: string, key: string, value: unknown = 'x') => ({ Condition: { [operator]: { [key]: value } } });

test('the table is what the reference says of the actions that are asked for here (npm run condition-keys -w emulator)', async () => {
  expect(reference).toEqual(JSON.parse(JSON.stringify(await generate())));
});

test('there are actions, and keys', () => {
  expect(ACTIONS).toContain('s3:PutObject');
  expect(ACTIONS.length).toBeGreaterThan(100);
  expect(EVERY_KEY.length).toBeGreaterThan(100);
});

describe('each key of each action is set, or refused by its name', () => {
  test.each(ACTIONS)('%s', (action) => {
    const keys = EVERY_KEY.filter((key) => hasOnAws(written(key), action));
    expect(keys.length).toBeGreaterThan(20);
    for (const key of keys.map(written)) {
      const problem = problemWith({ Action: action, ...on('Null', key, 'true') });
      const refusal = `policy p, statement 1: the condition key ${key} is not supported here for ${action}`;
      expect(problem).toBe(isSet(key, action) ? undefined : refusal);
    }
  });
});

test('each key that is declared is one of AWS, for an action that is asked for', () => {
  const unknown = SET_GLOBALLY.filter((key) => !words(reference.globalKeys).includes(key));
  expect(unknown).toEqual([]);
  const unused = Object.entries(SET_BY_ACTION).flatMap(([pattern, keys]) => {
    const actions = ACTIONS.filter((action) => new RegExp(`^${pattern.replaceAll('*', '.*')}$`, 'i').test(action));
    return keys.filter((key) => !actions.some((action) => hasOnAws(written(key), action))).map((key) => [pattern, key]);
  });
  expect(unused).toEqual([]);
});

describe('a policy is refused that names', () => {
  test.each<[string, object, string]>([
    ['a tag of a bucket', on('StringEquals', 'aws:ResourceTag/stage'), 'aws:ResourceTag/stage'],
    ['a key in other letters', on('StringEquals', 'S3:BUCKETTAG/stage'), 'S3:BUCKETTAG/stage'],
    ['a VPC endpoint', on('StringNotEquals', 'aws:SourceVpce'), 'aws:SourceVpce'],
    [
      'the age of a second factor',
      on('NumericGreaterThan', 'aws:MultiFactorAuthAge', '3600'),
      'aws:MultiFactorAuthAge',
    ],
    [
      'it for one of several actions',
      { Action: ['sqs:SendMessage', 's3:Put*'], ...on('Null', 's3:object-lock-mode', 'true') },
      's3:object-lock-mode',
    ],
    ['it for a wildcard', { Action: 's3:*', ...on('StringEquals', 's3:LocationConstraint') }, 's3:CreateBucket'],
    [
      'it for everything',
      { Action: '*', ...on('StringEquals', 'kms:KeySpec') },
      'kms:KeySpec is not supported here for kms:Decrypt',
    ],
    [
      'it for all but something',
      { Action: undefined, NotAction: 's3:*', ...on('Null', 'dynamodb:LeadingKeys', 'true') },
      'dynamodb:LeadingKeys',
    ],
    ['it by a variable', { Resource: 'arn:aws:s3:::b/${aws:SourceVpc}/*' }, 'aws:SourceVpc'],
    [
      'it by a variable with a default',
      { Resource: "arn:aws:s3:::b/${ aws:FederatedProvider, 'none'}/*" },
      'aws:FederatedProvider',
    ],
    [
      'it by a variable of NotResource',
      { Resource: undefined, NotResource: 'arn:aws:s3:::b/${aws:SourceIdentity}' },
      'aws:SourceIdentity',
    ],
    [
      'it by a variable of a condition',
      on('StringLike', 's3:ExistingObjectTag/a', '${aws:PrincipalOrgPaths}'),
      'aws:PrincipalOrgPaths',
    ],
    ['a key that AWS does not know', on('StringEquals', 'aws:Princpal'), 'the condition key aws:Princpal is unknown'],
    ['a key of no service', on('StringEquals', 'prefix'), 'the condition key prefix is unknown'],
    [
      'a key of several values without a set operator',
      { Action: 's3:PutObject', ...on('StringEquals', 's3:RequestObjectTagKeys') },
      's3:RequestObjectTagKeys may have several values, so that it needs ForAnyValue or ForAllValues',
    ],
    ['a time without a zone', on('DateLessThan', 'aws:CurrentTime', '2026-01-01T00:00:00'), '2026-01-01T00:00:00'],
    [
      'no date',
      on('DateLessThan', 'aws:CurrentTime', 'tomorrow'),
      `DateLessThan aws:CurrentTime can't be compared with ["tomorrow"]`,
    ],
    ['no number', on('NumericLessThan', 's3:signatureAge', ['1', 'ten']), 'NumericLessThan s3:signatureAge'],
    [
      'a variable as a number',
      on('NumericLessThan', 's3:signatureAge', '${aws:EpochTime}'),
      'NumericLessThan s3:signatureAge',
    ],
    ['no boolean', on('Bool', 'aws:SecureTransport', 'no'), 'Bool aws:SecureTransport'],
    ['no boolean for Null', on('Null', 'aws:TokenIssueTime', 'yes'), 'Null aws:TokenIssueTime'],
    ['no range of addresses', on('NotIpAddress', 'aws:SourceIp', '10.0.0.0/40'), 'NotIpAddress aws:SourceIp'],
  ])('%s', (_, changes, named) => {
    expect(problemWith(changes)).toContain(named);
    expect(problemWith(changes)).toContain('policy p, statement 1: ');
  });
});

describe('a policy is taken that names', () => {
  test.each<[string, object]>([
    [
      'a key that its actions do not have on AWS either',
      { Action: 's3:GetObject', ...on('StringEquals', 's3:prefix') },
    ],
    ['a key for actions that nobody asks for here', { Action: 'ec2:RunInstances', ...on('StringEquals', 'ec2:Vpc') }],
    [
      'one of another service with a wildcard',
      { Action: ['ecr:*', 'ecs:*'], ...on('StringEquals', 'aws:ResourceTag/a') },
    ],
    [
      'tags of whoever asks',
      { Action: '*', ...on('StringEquals', 'aws:PrincipalTag/stage', '${aws:PrincipalTag/other}') },
    ],
    ['tags of a role to assume', { Action: 'sts:AssumeRole', ...on('StringEquals', 'aws:ResourceTag/stage') }],
    ['tags of a user to change', { Action: 'iam:PutUserPolicy', ...on('StringEquals', 'iam:ResourceTag/stage') }],
    [
      'a key of several values with a set operator',
      { Action: 's3:PutObject', ...on('ForAllValues:StringLike', 's3:RequestObjectTagKeys') },
    ],
    ['only whether it is there', { Action: 's3:PutObject', ...on('Null', 's3:RequestObjectTagKeys', 'true') }],
    ['the source of one event', { Action: 'events:PutEvents', ...on('StringEquals', 'events:source') }],
    ['characters that are none of a variable', { Resource: 'arn:aws:s3:::b/${*}${?}${$}' }],
    [
      'a date, a time with its zone, an epoch',
      on('DateGreaterThan', 'aws:CurrentTime', ['2026-01-01', '2026-01-01T00:00Z', '1']),
    ],
    ['the whole network', on('IpAddress', 'aws:SourceIp', ['0.0.0.0/0', '::/0'])],
  ])('%s', (_, changes) => {
    expect(problemWith(changes)).toBeUndefined();
  });

  test('what looks like a variable before there were any', () => {
    expect(problemWith({ Resource: 'arn:aws:s3:::b/${aws:SourceVpc}/*' }, '2008-10-17')).toBeUndefined();
  });
});
