import { describe, expect, test } from 'vitest';
import { type PolicyKind, parsePolicy } from '../../../authorization/policy.ts';
import { bindPrincipals } from '../../../authorization/principal.ts';
import { listOf } from '../../../core/policy-document.ts';
import { Directory } from '../../../services/iam/state/directory.ts';

const allow = { Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:aws:s3:::b/*' };
const trust = { Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: 'lambda.amazonaws.com' } };
const statement = (changes: object) => ({ Version: '2012-10-17', Statement: [{ ...allow, ...changes }] });
/** As people type it, with more at the end of its statement. */
const text = (more: string) => `{"Version":"2012-10-17","Statement":[${JSON.stringify(allow).slice(0, -1)}, ${more}}]}`;
const trusting = (changes: object) => ({ Version: '2012-10-17', Statement: { ...trust, ...changes } });

describe('malformed documents are refused with the place', () => {
  test.each<[string, unknown, PolicyKind, RegExp]>([
    ['no object', null, 'identity', /the test: a JSON object/],
    ['broken JSON', '{', 'identity', /invalid Json/],
    ['an element twice', text('"Effect":"Deny"'), 'identity', /Effect is given twice/],
    ['an element twice, one of them escaped', text('"Eff\\u0065ct":"Deny"'), 'identity', /Effect is given twice/],
    [
      'an operator twice',
      text('"Condition":{"StringEquals":{"aws:username":"a"},"StringEquals":{"aws:userid":"b"}}'),
      'identity',
      /StringEquals is given twice/,
    ],
    [
      'a key twice',
      text('"Condition":{"StringEquals":{"aws:username":"a","aws:username":"b"}}'),
      'identity',
      /aws:username is given twice/,
    ],
    ['no statement', { Version: '2012-10-17' }, 'identity', /Statement is missing/],
    ['another version', { Version: '2020-01-01', Statement: allow }, 'identity', /2020-01-01/],
    ['an unknown element', { ...statement({}), Comment: 'x' }, 'identity', /unknown element Comment/],
    ['an unknown statement element', statement({ Actions: '*' }), 'identity', /statement 1: unknown element Actions/],
    ['an effect in lower case', statement({ Effect: 'allow' }), 'identity', /Effect must be Allow or Deny/],
    ['no action', statement({ Action: undefined }), 'identity', /one of Action and NotAction/],
    ['Action and NotAction', statement({ NotAction: 's3:*' }), 'identity', /one of Action and NotAction/],
    ['an action without its service', statement({ Action: 'GetObject' }), 'identity', /service:action/],
    ['an empty list', statement({ Action: [] }), 'identity', /Action: must not be empty/],
    ['a resource that is no ARN', statement({ Resource: 'b/*' }), 'identity', /must be in ARN format/],
    ['no resource', statement({ Resource: undefined }), 'identity', /one of Resource and NotResource/],
    ['a principal in an identity policy', statement({ Principal: '*' }), 'identity', /prohibited field Principal/],
    ['a resource in a trust policy', trusting({ Resource: '*' }), 'trust', /prohibited field Resource/],
    ['another service in a trust policy', trusting({ Action: 's3:GetObject' }), 'trust', /only name actions of sts/],
    ['no principal', statement({}), 'resource', /one of Principal and NotPrincipal/],
    ['an unknown principal type', statement({ Principal: { Aws: '*' } }), 'resource', /principal type Aws/],
    [
      'a wildcard in a principal',
      statement({ Principal: { AWS: 'arn:aws:iam::1*' } }),
      'resource',
      /Invalid principal/,
    ],
    ['a principal of nobody', statement({ Principal: {} }), 'resource', /Invalid principal in policy/],
    ...['*', 's3', 's3.*.amazonaws.com', 's3.example.com', 'arn:aws:s3:::b'].map(
      (Service): [string, unknown, PolicyKind, RegExp] => [
        `the service ${Service}`,
        statement({ Effect: 'Deny', Principal: { Service } }),
        'resource',
        /Invalid principal in policy: "Service":/,
      ],
    ),
    [
      'no canonical id',
      statement({ Principal: { CanonicalUser: ['ab'] } }),
      'resource',
      /Invalid principal in policy: "CanonicalUser":"ab"/,
    ],
    ['a Sid with a blank', statement({ Sid: 'Read it' }), 'identity', /Statement IDs \(SID\) must be alpha-numeric/],
    ['a Sid with a dash in a trust policy', trusting({ Sid: 'let-in' }), 'trust', /Statement IDs \(SID\)/],
    ['NotPrincipal with Allow', statement({ NotPrincipal: '*' }), 'resource', /only with Effect Deny/],
    ['an unknown operator', statement({ Condition: { Stringy: { a: 'b' } } }), 'identity', /Condition type : Stringy/],
    ['an empty condition', statement({ Condition: { Bool: { a: [] } } }), 'identity', /Bool a needs a value/],
    [
      'a Sid twice',
      {
        Statement: [
          { ...allow, Sid: 'A' },
          { ...allow, Sid: 'A' },
        ],
      },
      'identity',
      /A is used twice/,
    ],
  ])('%s', (_, document, kind, problem) => {
    const parse = () => parsePolicy(document, 'the test', kind);
    expect(parse).toThrow(problem);
    expect(parse).toThrow(expect.objectContaining({ code: 'MalformedPolicyDocument', status: 400 }));
  });
});

test('in one text a name may come again in another element, and in values', () => {
  const json = text('"Sid":"Effect","Condition":{"StringEquals":{"aws:username":["Effect","Effect", "}{"]}}');
  const twice = json.replace(/\[(.*)\]/, (_, one: string) => `[${one}, ${one.replace('"Sid":"Effect"', '"Sid":"B"')}]`);
  expect(listOf(parsePolicy(twice, 'the test').Statement)).toHaveLength(2);
});

test('a document that is changed afterwards does not change the stored policy', () => {
  const document = statement({});
  const policy = parsePolicy(document, 'the test');
  document.Statement[0]!.Action = '*';
  expect(listOf(policy.Statement)[0]?.Action).toBe('s3:GetObject');
});

describe('principals are bound when a policy is stored', () => {
  const directory = new Directory(() => 0);
  directory.addAccount('111111111111');
  const { roleId } = directory.addRole({
    account: '111111111111',
    name: 'relay',
    path: '/jobs/',
    trust: parsePolicy(trusting({}), 'trust', 'trust'),
  });
  const { userId } = directory.addUser({ account: '111111111111', name: 'ann' });
  const bind = (AWS: string) => {
    const policy = parsePolicy(statement({ Principal: { AWS } }), 'the test', 'resource');
    return listOf(bindPrincipals(policy, directory, 'aws').Statement)[0]?.Principal;
  };

  test.each([
    ['a role', 'arn:aws:iam::111111111111:role/jobs/relay', roleId],
    ['a user', 'arn:aws:iam::111111111111:user/ann', userId],
    ['a session', 'arn:aws:sts::111111111111:assumed-role/relay/s1', `${roleId}:s1`],
    ['what is bound already', roleId, roleId],
    ['an account', 'arn:aws:iam::999999999999:root', 'arn:aws:iam::999999999999:root'],
    ['everybody', '*', '*'],
  ])('%s', (_, principal, bound) => {
    expect(bind(principal)).toEqual({ AWS: bound });
  });

  test.each(['arn:aws:iam::111111111111:role/relay', 'arn:aws:iam::111111111111:user/bob', 'AROAAAAAAAAAAAAAAAAAA'])(
    'a principal that does not exist is refused: %s',
    (principal) => {
      expect(() => bind(principal)).toThrow(`Invalid principal in policy: "AWS":"${principal}"`);
    },
  );
});
