import { beforeEach, describe, expect, test } from 'vitest';
import { checkManagedSize } from '../../../authorization/acceptance.ts';
import { type PolicyKind, parsePolicy } from '../../../authorization/policy.ts';
import { bindPrincipals } from '../../../authorization/principal.ts';
import type { PolicyDocument, Statement } from '../../../core/policy-document.ts';
import { Directory } from '../../../services/iam/state/directory.ts';

const ACCOUNT = '111111111111';
const GOV = '222222222222';

const trust: PolicyDocument = {
  Statement: { Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: 'lambda.amazonaws.com' } },
};

/** A document of exactly that many characters without white space. */
function sized(characters: number, document: PolicyDocument = identity('*')): PolicyDocument {
  const padding = characters - JSON.stringify({ ...document, Id: '' }).length;
  return { ...document, Id: 'x'.repeat(padding) };
}

function identity(Resource: string | string[], more: Partial<Statement> = {}): PolicyDocument {
  return { Version: '2012-10-17', Statement: { Effect: 'Allow', Action: 's3:PutObject', Resource, ...more } };
}

let directory: Directory;
let roleArn: string;

beforeEach(() => {
  directory = new Directory(() => 0);
  directory.addAccount(ACCOUNT);
  directory.addAccount(GOV, 'aws-us-gov');
  ({ arn: roleArn } = directory.addRole({ account: ACCOUNT, name: 'relay', trust }));
  directory.addUser({ account: ACCOUNT, name: 'ann' });
});

const limit = (message: string) => expect.objectContaining({ code: 'LimitExceeded', status: 409, message });
const inline = (name: string, characters: number) => ({ name, document: sized(characters) });
const attached = (index: number) => ({
  name: `arn:aws:iam::${ACCOUNT}:policy/p${index}`,
  document: identity('*'),
});

describe('sizes, counted without white space', () => {
  test('a trust policy: 2,048 when a role is made and when it is changed', () => {
    const refusal = limit('Cannot exceed quota for ACLSizePerRole: 2048');
    const add = (name: string, characters: number) =>
      directory.addRole({ account: ACCOUNT, name, trust: sized(characters, trust) });
    expect(() => add('fits', 2048)).not.toThrow();
    expect(() => add('too-large', 2049)).toThrow(refusal);
    expect(directory.findRole(ACCOUNT, 'too-large')).toBeUndefined();
    directory.replaceTrust(roleArn, sized(2048, trust));
    expect(() => directory.replaceTrust(roleArn, sized(2049, trust))).toThrow(refusal);
  });

  test('the inline policies of a role: 10,240 together; replacing one counts the new one alone', () => {
    directory.putRolePolicy(roleArn, inline('a', 5000));
    directory.putRolePolicy(roleArn, inline('b', 5240));
    directory.putRolePolicy(roleArn, inline('b', 5240));
    const refusal = limit('Maximum policy size of 10240 bytes exceeded for role relay');
    expect(() => directory.putRolePolicy(roleArn, inline('b', 5241))).toThrow(refusal);
    expect(() => directory.putRolePolicy(roleArn, inline('c', 200))).toThrow(refusal);
    expect(directory.findRoleByArn(roleArn)!.policies.map(({ name }) => name)).toEqual(['a', 'b']);
    const policies = [inline('a', 10_241)];
    expect(() => directory.addRole({ account: ACCOUNT, name: 'other', trust, policies })).toThrow(
      limit('Maximum policy size of 10240 bytes exceeded for role other'),
    );
  });

  test('the inline policies of a user: 2,048 together', () => {
    directory.putUserPolicy(ACCOUNT, 'ann', inline('a', 2048));
    const refusal = limit('Maximum policy size of 2048 bytes exceeded for user ann');
    expect(() => directory.putUserPolicy(ACCOUNT, 'ann', inline('b', 200))).toThrow(refusal);
  });

  test('a managed policy: 6,144, of which nothing counts as inline', () => {
    expect(() => checkManagedSize(sized(6144))).not.toThrow();
    expect(() => checkManagedSize(sized(6145))).toThrow(limit('Cannot exceed quota for PolicySize: 6144'));
    for (const index of [1, 2]) directory.putRolePolicy(roleArn, { ...attached(index), document: sized(6144) });
  });

  test('ten policies attached to a role or a user', () => {
    for (let index = 0; index < 10; index++) {
      directory.putRolePolicy(roleArn, attached(index));
      directory.putUserPolicy(ACCOUNT, 'ann', attached(index));
    }
    expect(() => directory.putRolePolicy(roleArn, attached(10))).toThrow(
      limit('Cannot exceed quota for PoliciesPerRole: 10'),
    );
    expect(() => directory.putUserPolicy(ACCOUNT, 'ann', attached(10))).toThrow(
      limit('Cannot exceed quota for PoliciesPerUser: 10'),
    );
  });

  test('line ends and indentation don’t count', () => {
    const spaced = JSON.stringify(sized(2048, trust), undefined, 40);
    expect(spaced.length).toBeGreaterThan(2200);
    directory.replaceTrust(roleArn, parsePolicy(spaced, 'the test', 'trust'));
  });
});

describe('characters: U+0009, U+000A, U+000D, U+0020 to U+00FF', () => {
  const statement = { Effect: 'Allow', Action: 's3:PutObject', Resource: 'arn:aws:s3:::b/*' };
  const trusting = { Effect: 'Allow', Action: 'sts:AssumeRole', Principal: '*' };

  test.each(['\t', '\n', '\r', ' ', '~', '\u007f', '\u00a0', 'é', 'ÿ'])('%j is taken', (character) => {
    const document = identity(`arn:aws:s3:::b/${character}*`);
    expect(parsePolicy(document, 'the test')).toEqual(document);
  });

  test.each<[string, PolicyKind, object, string]>([
    ['a resource', 'identity', { ...statement, Resource: 'arn:aws:s3:::b/日本/*' }, 'U+65E5'],
    ['one of several resources', 'identity', { ...statement, Resource: ['*', 'arn:aws:s3:::b/Ā'] }, 'U+0100'],
    ['beyond the basic plane', 'identity', { ...statement, Resource: 'arn:aws:s3:::b/🐘' }, 'U+1F418'],
    ['a control character', 'identity', { ...statement, Resource: 'arn:aws:s3:::b/\u0001' }, 'U+0001'],
    ['a Sid', 'identity', { ...statement, Sid: 'Щ' }, 'U+0429'],
    [
      'the value of a condition',
      'identity',
      { ...statement, Condition: { StringLike: { 's3:prefix': '–*' } } },
      '2013',
    ],
    ['the key of a condition', 'identity', { ...statement, Condition: { StringLike: { 'aws:tag/Ł': 'x' } } }, 'U+0141'],
    ['a trust policy', 'trust', { ...trusting, Condition: { StringEquals: { 'sts:ExternalId': '“x”' } } }, 'U+201C'],
    ['a bucket policy', 'resource', { ...statement, Principal: '*', Resource: 'arn:aws:s3:::b/日' }, 'U+65E5'],
  ])('%s may not have others', (_, kind, Statement, code) => {
    for (const document of [{ Statement }, JSON.stringify({ Statement }), escaped({ Statement })]) {
      expect(() => parsePolicy(document, 'the test', kind)).toThrow(
        expect.objectContaining({ code: 'MalformedPolicyDocument', message: expect.stringContaining(code) }),
      );
    }
  });

  /** As JSON that is ASCII all through. */
  function escaped(document: object): string {
    return JSON.stringify(document).replace(/[^ -~]/g, (unit) => {
      return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
    });
  }
});

describe('partitions', () => {
  const govRole = { account: GOV, name: 'relay', trust };
  const foreign = (named: string, resource: string) =>
    expect.objectContaining({
      code: 'MalformedPolicyDocument',
      message: `Partition "${named}" is not valid for resource "${resource}".`,
    });

  test.each(['arn:aws-us-gov:s3:::b/*', 'arn:*:s3:::b/*', 'arn:aws*:s3:::b/*', '*'])('%s is taken', (resource) => {
    const policies = [{ name: 'p', document: identity(resource) }];
    expect(directory.addRole({ ...govRole, policies }).arn).toBe(`arn:aws-us-gov:iam::${GOV}:role/relay`);
  });

  test('a policy that names a resource of another partition is refused', () => {
    const elsewhere = { name: 'p', document: identity(['*', 'arn:aws:s3:::b/*']) };
    const refusal = foreign('aws', 'arn:aws:s3:::b/*');
    expect(() => directory.addRole({ ...govRole, policies: [elsewhere] })).toThrow(refusal);
    expect(() => directory.addUser({ account: GOV, name: 'u', policies: [elsewhere] })).toThrow(refusal);
    const { arn } = directory.addRole(govRole);
    expect(() => directory.putRolePolicy(arn, elsewhere)).toThrow(refusal);
    const home = { name: 'p', document: identity('arn:aws-us-gov:s3:::b') };
    expect(() => directory.putRolePolicy(roleArn, home)).toThrow(foreign('aws-us-gov', 'arn:aws-us-gov:s3:::b'));
  });

  test.each([
    `arn:aws:iam::${ACCOUNT}:root`,
    `arn:aws:iam::${GOV}:root`,
    `arn:aws:iam::${ACCOUNT}:role/relay`,
    `arn:aws:sts::${ACCOUNT}:assumed-role/relay/s`,
  ])('%s can be named by nobody of GovCloud', (AWS) => {
    const document: PolicyDocument = { Statement: { Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { AWS } } };
    expect(() => bindPrincipals(document, directory, 'aws-us-gov')).toThrow(
      `Invalid principal in policy: "AWS":"${AWS}"`,
    );
  });

  test('an account belongs to one partition for good', () => {
    directory.addAccount(GOV);
    directory.addAccount(GOV, 'aws-us-gov');
    expect(() => directory.addAccount(GOV, 'aws')).toThrow(`Account ${GOV} belongs to the partition aws-us-gov`);
    expect(directory.partitionOf(ACCOUNT)).toBe('aws');
  });
});
