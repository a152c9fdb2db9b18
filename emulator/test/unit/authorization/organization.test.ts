import { describe, expect, test } from 'vitest';
import { Organization, type OrganizationInput } from '../../../authorization/organization.ts';
import type { Statement } from '../../../core/policy-document.ts';
import { AWAY, ask, HOME, policy, type Setup, USER_ARN } from './ask.ts';

const ALL = policy({ Action: '*', Resource: '*' });
const TO_ALL = policy({ Principal: '*', Action: '*', Resource: '*' });
const deny = (changes: Partial<Statement> = {}) => policy({ Effect: 'Deny', ...changes });
const DENY_ALL = deny({ Action: '*', Resource: '*' });
const DENY_RESOURCE = deny({ Principal: '*', Action: 's3:*', Resource: '*' });

const scp = (...serviceControlPolicies: unknown[]): OrganizationInput => ({
  accounts: { [HOME]: { serviceControlPolicies } },
});
const rcp = (account: string, ...resourceControlPolicies: unknown[]): OrganizationInput => ({
  accounts: { [account]: { resourceControlPolicies } },
});
const only = (...serviceControlPolicies: unknown[]): OrganizationInput => ({
  accounts: { [HOME]: { serviceControlPolicies, withoutFullAccess: true } },
});

const ASSUMING: Setup = {
  who: 'user',
  identity: ALL,
  action: 'sts:AssumeRole',
  on: `arn:aws:iam::${HOME}:role/relay`,
  resource: {
    Version: '2012-10-17',
    Statement: { Effect: 'Allow', Principal: { AWS: HOME }, Action: 'sts:AssumeRole' },
  },
};

const BY_SCP = 'with an explicit deny in a service control policy';
const BY_RCP = 'with an explicit deny in a resource control policy';
const NO_SCP = 'because no service control policy allows the s3:GetObject action';

test('the text of a policy gives each name once', () => {
  const twice = JSON.stringify(DENY_ALL).replace('"Effect"', '"Effect":"Allow","Effect"');
  expect(() => new Organization(scp(twice))).toThrow(/Effect is given twice/);
});

describe('who may, in an organisation', () => {
  test.each<[string, Setup, string | true]>([
    ['a member without policies', { who: 'user', identity: ALL, organization: scp() }, true],
    ['policies grant nothing', { who: 'user', organization: scp(ALL) }, 'because no identity-based policy allows'],
    ['a user', { who: 'user', identity: ALL, organization: scp(DENY_ALL) }, BY_SCP],
    ['a session', { who: 'session', identity: ALL, organization: scp(DENY_ALL) }, BY_SCP],
    ['root', { who: 'root', organization: scp(DENY_ALL) }, BY_SCP],
    ['a user whom the resource names', { who: 'user', resource: TO_ALL, organization: scp(DENY_ALL) }, BY_SCP],
    [
      'a user in another account',
      { who: 'user', owner: AWAY, identity: ALL, resource: TO_ALL, organization: scp(DENY_ALL) },
      BY_SCP,
    ],
    ['a service is nobody of the account', { who: 'service', resource: TO_ALL, organization: scp(DENY_ALL) }, true],
    ['nobody neither', { who: 'anonymous', resource: TO_ALL, organization: scp(DENY_ALL) }, true],
    [
      'an outsider is bound by his own organisation',
      {
        who: 'user',
        owner: AWAY,
        identity: ALL,
        resource: TO_ALL,
        organization: { accounts: { [AWAY]: { serviceControlPolicies: [DENY_ALL] } } },
      },
      true,
    ],
    [
      'what the root has binds members',
      { who: 'user', identity: ALL, organization: { ...scp(), serviceControlPolicies: [DENY_ALL] } },
      BY_SCP,
    ],
    ['and no others', { who: 'user', identity: ALL, organization: { serviceControlPolicies: [DENY_ALL] } }, true],
    [
      'the management account is not bound',
      { who: 'user', identity: ALL, organization: { ...scp(DENY_ALL), managementAccount: HOME } },
      true,
    ],
    ['a list of what is allowed', { who: 'user', identity: ALL, organization: only(policy({})) }, true],
    [
      'what is not on it',
      { who: 'user', identity: ALL, organization: only(policy({ Action: 's3:PutObject' })) },
      NO_SCP,
    ],
    ['for root as well', { who: 'root', organization: only(policy({ Action: 's3:PutObject' })) }, NO_SCP],
    [
      'for whom the resource names',
      {
        who: 'user',
        resource: policy({ Principal: { AWS: USER_ARN } }),
        organization: only(policy({ Action: 's3:PutObject' })),
      },
      NO_SCP,
    ],
    ['nothing left', { who: 'user', identity: ALL, organization: only() }, NO_SCP],
    [
      'each level must allow',
      {
        who: 'user',
        identity: ALL,
        organization: {
          ...only(policy({})),
          serviceControlPolicies: [policy({ Action: 's3:PutObject' })],
          withoutFullAccess: true,
        },
      },
      NO_SCP,
    ],
    ['a user reaches a bucket', { who: 'user', identity: ALL, organization: rcp(HOME, DENY_RESOURCE) }, BY_RCP],
    ['root does', { who: 'root', organization: rcp(HOME, DENY_RESOURCE) }, BY_RCP],
    ['a service does', { who: 'service', resource: TO_ALL, organization: rcp(HOME, DENY_RESOURCE) }, BY_RCP],
    ['anybody does', { who: 'anonymous', resource: TO_ALL, organization: rcp(HOME, DENY_RESOURCE) }, 'Access Denied'],
    [
      'somebody from outside',
      { who: 'user', owner: AWAY, identity: ALL, resource: TO_ALL, organization: rcp(AWAY, DENY_RESOURCE) },
      BY_RCP,
    ],
    [
      'a member reaches outside',
      { who: 'user', owner: AWAY, identity: ALL, resource: TO_ALL, organization: rcp(HOME, DENY_RESOURCE) },
      true,
    ],
    [
      'one of another resource',
      {
        who: 'user',
        identity: ALL,
        organization: rcp(HOME, deny({ Principal: '*', Resource: 'arn:aws:s3:::other/*' })),
      },
      true,
    ],
    [
      "the management account's resources",
      { who: 'user', identity: ALL, organization: { ...rcp(HOME, DENY_RESOURCE), managementAccount: HOME } },
      true,
    ],
    [
      'an action without a resource',
      { who: 'user', identity: ALL, action: 's3:ListAllMyBuckets', on: '*', organization: rcp(HOME, DENY_RESOURCE) },
      true,
    ],
    [
      'a service that they do not reach',
      {
        who: 'user',
        identity: ALL,
        action: 'lambda:InvokeFunction',
        on: `arn:aws:lambda:us-east-1:${HOME}:function:f`,
        organization: rcp(HOME, deny({ Principal: '*', Action: 'lambda:*', Resource: '*' })),
      },
      true,
    ],
    [
      'a role is a resource of STS',
      {
        ...ASSUMING,
        organization: rcp(HOME, deny({ Principal: '*', Action: 'sts:*', Resource: `arn:aws:iam::${HOME}:role/relay` })),
      },
      'is not authorized to perform: sts:AssumeRole',
    ],
    [
      'and another role is another one',
      {
        ...ASSUMING,
        organization: rcp(HOME, deny({ Principal: '*', Action: 'sts:*', Resource: `arn:aws:iam::${HOME}:role/other` })),
      },
      true,
    ],
  ])('%s', (_, setup, expected) => {
    const { authorizer, request } = ask(setup);
    expect(authorizer.isAllowed(request)).toBe(expected === true);
    if (expected !== true) expect(() => authorizer.authorize(request)).toThrow(expected);
  });
});

describe('the organisation of caller and resource', () => {
  const organization = { ...scp(), id: 'o-exampleorgid' };
  const when = (operator: string, key: string, value: string) =>
    policy({ Principal: '*', Condition: { [operator]: { [key]: value } } });
  test.each<[string, Setup, boolean]>([
    [
      'aws:PrincipalOrgID of a member',
      { who: 'user', resource: when('StringEquals', 'aws:PrincipalOrgID', 'o-exampleorgid'), organization },
      true,
    ],
    [
      'of somebody in none',
      { who: 'user', resource: when('StringEquals', 'aws:PrincipalOrgID', 'o-exampleorgid') },
      false,
    ],
    ['of nobody', { who: 'anonymous', resource: when('Null', 'aws:PrincipalOrgID', 'true'), organization }, true],
    [
      'aws:ResourceOrgID',
      { who: 'user', identity: when('StringEquals', 'aws:ResourceOrgID', 'o-exampleorgid'), organization },
      true,
    ],
    [
      'of a resource outside',
      { who: 'user', owner: AWAY, identity: ALL, resource: when('Null', 'aws:ResourceOrgID', 'true'), organization },
      true,
    ],
    [
      'of the management account',
      {
        who: 'user',
        resource: when('StringEquals', 'aws:PrincipalOrgID', 'o-exampleorgid'),
        organization: { id: 'o-exampleorgid', managementAccount: HOME },
      },
      true,
    ],
  ])('%s', (_, setup, expected) => {
    const { authorizer, request } = ask(setup);
    expect(authorizer.isAllowed(request)).toBe(expected);
  });
});

describe('refused', () => {
  const many = (count: number) => Array.from({ length: count }, () => ALL);
  const long = deny({ Resource: Array.from({ length: 200 }, (_, index) => `arn:aws:s3:::bucket-number-${index}/*`) });
  test.each<[string, OrganizationInput, string]>([
    [
      'an SCP with a Principal',
      scp(TO_ALL),
      'service control policy 1 of 111111111111, statement 1: Has prohibited field Principal',
    ],
    ['an SCP of another version', scp({ ...ALL, Version: '2008-10-17' }), 'Version must be 2012-10-17'],
    ['an SCP without a version', scp({ Statement: ALL.Statement }), 'Version must be 2012-10-17'],
    [
      'an SCP with a condition key that is not set',
      scp(deny({ Condition: { Null: { 's3:BucketTag/a': 'true' } } })),
      's3:BucketTag/a',
    ],
    [
      'an RCP that allows',
      rcp(HOME, TO_ALL),
      'resource control policy 1 of 111111111111, statement 1: Effect must be Deny',
    ],
    ['an RCP for some', rcp(HOME, deny({ Principal: { AWS: HOME } })), 'Principal must be "*"'],
    ['an RCP without a Principal', rcp(HOME, deny()), 'Principal must be "*"'],
    ['an RCP with NotPrincipal', rcp(HOME, deny({ NotPrincipal: '*' })), 'Principal must be "*"'],
    [
      'an RCP with NotAction',
      rcp(HOME, {
        Version: '2012-10-17',
        Statement: { Effect: 'Deny', Principal: '*', NotAction: 's3:*', Resource: '*' },
      }),
      'NotAction',
    ],
    ['an RCP for every service', rcp(HOME, deny({ Principal: '*', Action: '*' })), 'Action must name a service'],
    ['too long a policy', scp(long), 'the most is 5120'],
    ['too many SCPs', scp(...many(5)), '6 service control policies'],
    ['too many RCPs', rcp(HOME, ...many(5).map(() => DENY_RESOURCE)), '6 resource control policies'],
    ['an account that is none', { accounts: { home: {} } }, '"home"'],
    ['an id that is none', { id: 'mine' }, 'mine'],
  ])('%s', (_, input, problem) => {
    expect(() => new Organization(input)).toThrow(problem);
  });
});
