import { describe, expect, test } from 'vitest';
import { listOf, type Statement } from '../../../core/policy-document.ts';
import { AWAY, ask, HOME, OBJECT, policy, ROLE_ARN, SESSION_ARN, type Setup, USER_ARN } from './ask.ts';

const ALLOW = policy({});
const DENY = policy({}, { Effect: 'Deny' });
const OTHER = policy({ Action: 's3:PutObject' });
const grantTo = (AWS: string) => policy({ Principal: { AWS } });

const IMPLICIT = {
  identity: 'because no identity-based policy allows the s3:GetObject action',
  boundary: 'because no permissions boundary allows the s3:GetObject action',
  session: 'because no session policy allows the s3:GetObject action',
  resource: 'because no resource-based policy allows the s3:GetObject action',
};
const EXPLICIT = {
  identity: 'with an explicit deny in an identity-based policy',
  boundary: 'with an explicit deny in a permissions boundary',
  session: 'with an explicit deny in a session policy',
  resource: 'with an explicit deny in a resource-based policy',
};
const DENY_ALL = policy({ Effect: 'Deny', Principal: '*' });
const ROOT_GRANT = grantTo(`arn:aws:iam::${HOME}:root`);

describe('who may', () => {
  test.each<[string, Setup, string | true]>([
    // Within one account
    ['user, nothing', { who: 'user' }, IMPLICIT.identity],
    ['user, identity', { who: 'user', identity: ALLOW }, true],
    ['user, identity for something else', { who: 'user', identity: OTHER }, IMPLICIT.identity],
    ['user, identity denies', { who: 'user', identity: DENY }, EXPLICIT.identity],
    ['user, resource names the user', { who: 'user', resource: grantTo(USER_ARN) }, true],
    ['user, resource names another', { who: 'user', resource: grantTo(ROLE_ARN) }, IMPLICIT.identity],
    ['user, resource names only the account', { who: 'user', resource: ROOT_GRANT }, IMPLICIT.identity],
    ['user, resource names everybody', { who: 'user', resource: grantTo('*') }, true],
    ['user, identity, resource denies', { who: 'user', identity: ALLOW, resource: DENY_ALL }, EXPLICIT.resource],
    ['user, boundary alone grants nothing', { who: 'user', boundary: ALLOW }, IMPLICIT.identity],
    ['user, identity within boundary', { who: 'user', identity: ALLOW, boundary: ALLOW }, true],
    ['user, identity outside boundary', { who: 'user', identity: ALLOW, boundary: OTHER }, IMPLICIT.boundary],
    ['user, boundary denies', { who: 'user', identity: ALLOW, boundary: DENY }, EXPLICIT.boundary],
    [
      'user named by the resource, outside boundary',
      { who: 'user', boundary: OTHER, resource: grantTo(USER_ARN) },
      true,
    ],
    ['session, nothing', { who: 'session' }, IMPLICIT.identity],
    ['session, role identity', { who: 'session', identity: ALLOW }, true],
    ['session, within session policy', { who: 'session', identity: ALLOW, session: ALLOW }, true],
    ['session, outside session policy', { who: 'session', identity: ALLOW, session: OTHER }, IMPLICIT.session],
    ['session policy alone grants nothing', { who: 'session', session: ALLOW }, IMPLICIT.identity],
    ['session policy denies', { who: 'session', identity: ALLOW, session: DENY }, EXPLICIT.session],
    ['session, resource names the role', { who: 'session', resource: grantTo(ROLE_ARN) }, true],
    [
      'session, role named, session policy narrows',
      { who: 'session', session: OTHER, resource: grantTo(ROLE_ARN) },
      IMPLICIT.session,
    ],
    [
      'session, role named, boundary narrows',
      { who: 'session', boundary: OTHER, resource: grantTo(ROLE_ARN) },
      IMPLICIT.boundary,
    ],
    ['session named itself, no narrowing', { who: 'session', session: OTHER, resource: grantTo(SESSION_ARN) }, true],
    [
      'session named itself, but denied',
      { who: 'session', session: DENY, resource: grantTo(SESSION_ARN) },
      EXPLICIT.session,
    ],
    ['root needs nothing', { who: 'root' }, true],
    ['root, resource denies', { who: 'root', resource: DENY_ALL }, EXPLICIT.resource],
    // Between accounts
    ['cross-account user, identity only', { who: 'user', owner: AWAY, identity: ALLOW }, IMPLICIT.resource],
    ['cross-account user, resource only', { who: 'user', owner: AWAY, resource: grantTo(USER_ARN) }, IMPLICIT.identity],
    ['cross-account user, both', { who: 'user', owner: AWAY, identity: ALLOW, resource: grantTo(USER_ARN) }, true],
    [
      'cross-account user, account and identity',
      { who: 'user', owner: AWAY, identity: ALLOW, resource: ROOT_GRANT },
      true,
    ],
    [
      'cross-account session, resource only',
      { who: 'session', owner: AWAY, resource: grantTo(SESSION_ARN) },
      IMPLICIT.identity,
    ],
    [
      'cross-account session, both',
      { who: 'session', owner: AWAY, identity: ALLOW, resource: grantTo(ROLE_ARN) },
      true,
    ],
    [
      'cross-account session, narrowed',
      { who: 'session', owner: AWAY, identity: ALLOW, session: OTHER, resource: grantTo(SESSION_ARN) },
      IMPLICIT.session,
    ],
    [
      'cross-account, both, but denied',
      { who: 'session', owner: AWAY, identity: DENY, resource: grantTo(ROLE_ARN) },
      EXPLICIT.identity,
    ],
    ['cross-account root, nothing', { who: 'root', owner: AWAY }, IMPLICIT.resource],
    ['cross-account root, account named', { who: 'root', owner: AWAY, resource: ROOT_GRANT }, true],
    // Without an account
    ['anonymous, nothing', { who: 'anonymous' }, 'Access Denied'],
    ['anonymous, public resource', { who: 'anonymous', resource: policy({ Principal: '*' }) }, true],
    ['anonymous, only accounts named', { who: 'anonymous', resource: ROOT_GRANT }, 'Access Denied'],
    ['service, named', { who: 'service', resource: policy({ Principal: { Service: 's3.amazonaws.com' } }) }, true],
    [
      'service, another named',
      { who: 'service', resource: policy({ Principal: { Service: 'sqs.amazonaws.com' } }) },
      IMPLICIT.resource,
    ],
    // Keys: their own policy must let the account in first, even for root
    [
      'key, identity only',
      { who: 'user', action: 'kms:Decrypt', identity: policy({ Action: 'kms:*' }) },
      'because no resource-based policy allows the kms:Decrypt action',
    ],
    [
      'key, root without the key policy',
      { who: 'root', action: 'kms:Decrypt' },
      'because no resource-based policy allows the kms:Decrypt action',
    ],
    [
      'key, both',
      {
        who: 'user',
        action: 'kms:Decrypt',
        identity: policy({ Action: 'kms:*' }),
        resource: policy({ Action: 'kms:*', Principal: { AWS: HOME } }),
      },
      true,
    ],
    // Deny everybody but …
    [
      'NotPrincipal spares user and account',
      { who: 'user', identity: ALLOW, resource: policy({ Effect: 'Deny', NotPrincipal: { AWS: [USER_ARN, HOME] } }) },
      true,
    ],
    [
      'NotPrincipal without the account spares nobody',
      { who: 'user', identity: ALLOW, resource: policy({ Effect: 'Deny', NotPrincipal: { AWS: USER_ARN } }) },
      EXPLICIT.resource,
    ],
    [
      'principals of an unknown type match nobody',
      { who: 'root', owner: AWAY, resource: policy({ Principal: { Aws: HOME } }) },
      IMPLICIT.resource,
    ],
  ])('%s', (_, setup, expected) => {
    const { authorizer, request } = ask(setup);
    expect(authorizer.isAllowed(request)).toBe(expected === true);
    if (expected === true) expect(() => authorizer.authorize(request)).not.toThrow();
    else expect(() => authorizer.authorize(request)).toThrow(expected);
  });
});

describe('what cannot be judged is denied', () => {
  const unknownCondition = { Condition: { StringSounds: { 'aws:userid': 'x' } } };
  const unknownElement = { When: 'never' } as Partial<Statement>;
  test.each<[string, Partial<Statement>]>([
    ['an unknown operator', unknownCondition],
    ['an unknown element', unknownElement],
  ])('%s', (_, strange) => {
    const allowing = ask({ who: 'user', identity: policy(strange) });
    expect(allowing.authorizer.isAllowed(allowing.request)).toBe(false);
    const denying = ask({ who: 'user', identity: policy({}, { ...strange, Effect: 'Deny' }) });
    expect(() => denying.authorizer.authorize(denying.request)).toThrow(EXPLICIT.identity);
  });
});

describe('NotAction and NotResource', () => {
  test.each<[string, Partial<Statement>, boolean]>([
    ['an action not listed', { NotAction: 's3:Put*' }, true],
    ['an action listed', { NotAction: 's3:Get*' }, false],
    ['a resource not listed', { NotResource: 'arn:aws:s3:::other/*' }, true],
    ['a resource listed', { NotResource: 'arn:aws:s3:::bucket/*' }, false],
    ['a resource that can not be resolved', { NotResource: 'arn:aws:s3:::${aws:PrincipalTag/x}/*' }, true],
  ])('%s', (_, changes, expected) => {
    const statement = { ...listOf(ALLOW.Statement)[0]!, ...changes };
    if ('NotAction' in changes) delete statement.Action;
    else delete statement.Resource;
    const { authorizer, request } = ask({ who: 'user', identity: { Version: '2012-10-17', Statement: statement } });
    expect(authorizer.isAllowed(request)).toBe(expected);
  });
});

describe('what the authorizer says about the caller', () => {
  const keys = [
    'aws:PrincipalArn',
    'aws:PrincipalAccount',
    'aws:PrincipalType',
    'aws:username',
    'aws:ResourceAccount',
    'aws:PrincipalIsAWSService',
    'aws:PrincipalTag/Team',
    'aws:TokenIssueTime',
  ];
  const condition = (who: Setup['who'], key: string, value: string, context = {}) => {
    const resource = policy({ Principal: '*', Condition: { StringEquals: { [key]: value } } });
    const { authorizer, request } = ask({ who, resource, context, tags: { Team: 'red' } });
    const forRoot = who === 'root' ? { ...request, resourceAccount: AWAY } : request;
    return authorizer.isAllowed(forRoot);
  };
  test.each<[Setup['who'], string, string]>([
    ['session', 'aws:PrincipalArn', ROLE_ARN],
    ['session', 'aws:PrincipalType', 'AssumedRole'],
    ['user', 'aws:PrincipalArn', USER_ARN],
    ['user', 'aws:username', 'ann'],
    ['user', 'aws:ResourceAccount', HOME],
    ['root', 'aws:PrincipalArn', `arn:aws:iam::${HOME}:root`],
    ['service', 'aws:PrincipalIsAWSService', 'true'],
    ['user', 'aws:PrincipalIsAWSService', 'false'],
    ['root', 'aws:PrincipalIsAWSService', 'false'],
    ['anonymous', 'aws:PrincipalAccount', 'anonymous'],
    ['anonymous', 'aws:PrincipalType', 'Anonymous'],
    ['session', 'aws:TokenIssueTime', '1970-01-01T00:00:00.000Z'],
    ['session', 'aws:PrincipalTag/Team', 'red'],
    ['user', 'aws:PrincipalTag/Team', 'red'],
    ['user', 'aws:SecureTransport', 'true'],
  ])('%s: %s is %s', (who, key, value) => {
    expect(condition(who, key, value)).toBe(true);
  });

  test.each(keys)('a request can not claim %s', (key) => {
    expect(condition('anonymous', key, 'claimed', { [key.toUpperCase()]: 'claimed' })).toBe(false);
  });

  test('a service proves for whom it acts by the context of its request', () => {
    const resource = policy({
      Principal: { Service: 's3.amazonaws.com' },
      Condition: { ArnEquals: { 'aws:SourceArn': 'arn:aws:s3:::mine' } },
    });
    const mine = ask({ who: 'service', resource, context: { 'aws:SourceArn': 'arn:aws:s3:::mine' } });
    const other = ask({ who: 'service', resource, context: { 'aws:SourceArn': 'arn:aws:s3:::other' } });
    expect(mine.authorizer.isAllowed(mine.request)).toBe(true);
    expect(other.authorizer.isAllowed(other.request)).toBe(false);
  });
});

describe('a role that is deleted and made again', () => {
  test('is somebody else to a resource policy that named the first', () => {
    const { authorizer, request, directory, role } = ask({ who: 'session', resource: grantTo(ROLE_ARN) });
    expect(authorizer.isAllowed(request)).toBe(true);
    directory.removeRole(role.arn);
    const again = directory.addRole({ account: HOME, name: 'relay', trust: policy(), policies: [] });
    const { accessKeyId } = directory.issueSession({ role: again, sessionName: 's1', durationSeconds: 900 });
    const { principal } = directory.findAccessKey(accessKeyId)!;
    expect(authorizer.isAllowed({ ...request, caller: { principal, context: {} } })).toBe(false);
  });

  test('gives nothing to sessions of the first', () => {
    const { authorizer, request, directory, role } = ask({ who: 'session', identity: ALLOW });
    directory.removeRole(role.arn);
    directory.addRole({ account: HOME, name: 'relay', trust: policy(), policies: [{ name: 'p', document: ALLOW }] });
    expect(authorizer.isAllowed(request)).toBe(false);
  });
});

test('a changed policy reaches sessions that are already running', () => {
  const { authorizer, request, directory, role } = ask({ who: 'session' });
  expect(authorizer.isAllowed(request)).toBe(false);
  directory.putRolePolicy(role.arn, { name: 'p', document: ALLOW });
  expect(authorizer.isAllowed(request)).toBe(true);
});

test('S3 quotes the resource, and STS gives no reason', () => {
  const { authorizer, request } = ask({ who: 'session' });
  expect(() => authorizer.authorize(request)).toThrow(
    `User: ${SESSION_ARN} is not authorized to perform: s3:GetObject on resource: "${OBJECT}" because no identity-based policy allows the s3:GetObject action`,
  );
  const assume = { ...request, action: 'sts:AssumeRole', resource: `arn:aws:iam::${AWAY}:role/writer` };
  expect(() => authorizer.authorize(assume)).toThrow(
    new RegExp(`^User: ${SESSION_ARN} is not authorized to perform: sts:AssumeRole on resource: ${assume.resource}$`),
  );
});
