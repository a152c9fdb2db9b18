/** IAM's own API: in process for each operation's rules, and through the gateway with the real AWS CLI. */
import { execFile, spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { XMLParser } from 'fast-xml-parser';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { IamAuthorizer } from '../../../authorization/authorizer.ts';
import { parsePolicy } from '../../../authorization/policy.ts';
import { ApiError, type Principal } from '../../../core/api.ts';
import type { AccessKey } from '../../../core/credentials.ts';
import { Gateway } from '../../../http/gateway.ts';
import { createCertificate } from '../../../http/tls.ts';
import { IamService } from '../../../services/iam/service.ts';
import { Directory } from '../../../services/iam/state/directory.ts';
import { StsService } from '../../../services/sts/service.ts';

const A = '111111111111';
const B = '222222222222';
const NOW = Date.parse('2026-01-02T03:04:05.678Z');
const SECONDS = '2026-01-02T03:04:05Z';

const policy = (Action: string | string[], Resource = '*') => ({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action, Resource }],
});
const trust = (...AWS: string[]) => ({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { AWS }, Action: 'sts:AssumeRole' }],
});
const everything = { name: 'everything', document: parsePolicy(policy('*'), 'the test') };
const decoded = (text: unknown) => JSON.parse(decodeURIComponent(String(text)));

/** What an element holds. Text is compared, never looked into. */
interface Elements {
  [name: string]: Elements;
}

describe('operations', () => {
  const parser = new XMLParser({
    ignoreAttributes: true,
    parseTagValue: false,
    isArray: (name) => name === 'member',
  });
  let directory: Directory;
  let authorizer: IamAuthorizer;
  let iam: IamService;
  let admin: Principal;

  beforeEach(() => {
    directory = new Directory(() => NOW);
    for (const account of [A, B]) directory.addAccount(account);
    authorizer = new IamAuthorizer(directory);
    iam = new IamService({ directory, authorizer });
    directory.addUser({ account: A, name: 'admin', policies: [everything] });
    admin = principalOf('admin');
  });

  function principalOf(name: string): Principal {
    const { arn, userId } = directory.findUser(A, name)!;
    return { kind: 'user', account: A, name, arn, userId };
  }

  async function callRaw(principal: Principal, form: Record<string, string>): Promise<string> {
    const request = {
      requestId: 'request-1',
      method: 'POST',
      rawPath: '/',
      query: new URLSearchParams(),
      headers: { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' },
      body: Readable.from([Buffer.from(new URLSearchParams({ Version: '2010-05-08', ...form }).toString())]),
      region: 'us-east-1',
      hostname: 'iam.amazonaws.com',
      caller: { principal, context: {} },
      payload: { kind: 'unsigned' as const },
    };
    return iam.handle(request).then(
      ({ body }) => String(body),
      (error: unknown) => {
        if (!(error instanceof ApiError)) throw error;
        const { status, body } = iam.renderError(error, request);
        return `${status} ${body}`;
      },
    );
  }

  /** The content of the answer's result element. */
  async function call(Action: string, parameters: Record<string, string> = {}, principal = admin): Promise<Elements> {
    const body = await callRaw(principal, { Action, ...parameters });
    const response = parser.parse(body)[`${Action}Response`];
    expect(response, body).toMatchObject({ ResponseMetadata: { RequestId: 'request-1' } });
    return response[`${Action}Result`];
  }

  async function refusal(Action: string, parameters: Record<string, string> = {}, principal = admin) {
    const body = await callRaw(principal, { Action, ...parameters });
    const { Error: error, RequestId } = parser.parse(body.slice(4)).ErrorResponse ?? { Error: body };
    expect(RequestId).toBe('request-1');
    return `${body.slice(0, 3)} ${error.Code}: ${error.Message}`;
  }

  test('answers are in IAM’s namespace', async () => {
    directory.addUser({ account: A, name: 'eve' });
    expect(await callRaw(admin, { Action: 'DeleteUser', UserName: 'eve' })).toBe(
      '<?xml version="1.0" encoding="UTF-8"?>\n<DeleteUserResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><ResponseMetadata><RequestId>request-1</RequestId></ResponseMetadata></DeleteUserResponse>',
    );
  });

  test('a user is created, found, listed and deleted', async () => {
    const { User } = await call('CreateUser', { UserName: 'eve', Path: '/guests/' });
    expect(User).toEqual({
      Path: '/guests/',
      UserName: 'eve',
      UserId: expect.stringMatching(/^AIDA/),
      Arn: `arn:aws:iam::${A}:user/guests/eve`,
      CreateDate: SECONDS,
    });
    expect((await call('GetUser', { UserName: 'eve' }))['User']).toEqual(User);
    expect((await call('GetUser'))['User']).toMatchObject({ UserName: 'admin' });
    directory.addUser({ account: B, name: 'stranger' });
    const { Users, IsTruncated } = await call('ListUsers');
    expect(Users!['member']).toMatchObject([{ UserName: 'admin' }, User]);
    expect(IsTruncated).toBe('false');
    await call('DeleteUser', { UserName: 'eve' });
    expect(await refusal('GetUser', { UserName: 'eve' })).toBe(
      '404 NoSuchEntity: The user with name eve cannot be found.',
    );
  });

  test('keys: two at most, the secret only once, and none works after it is deleted', async () => {
    await call('CreateUser', { UserName: 'eve' });
    const { AccessKey } = await call('CreateAccessKey', { UserName: 'eve' });
    const { SecretAccessKey, ...metadata } = AccessKey!;
    expect(metadata).toEqual({
      UserName: 'eve',
      AccessKeyId: expect.stringMatching(/^AKIA/),
      Status: 'Active',
      CreateDate: SECONDS,
    });
    const AccessKeyId = String(metadata['AccessKeyId']);
    expect(directory.findAccessKey(AccessKeyId)).toMatchObject({
      secretAccessKey: SecretAccessKey,
      principal: principalOf('eve'),
    });
    await call('CreateAccessKey', {}, principalOf('admin'));
    await call('CreateAccessKey', { UserName: 'eve' });
    expect(await refusal('CreateAccessKey', { UserName: 'eve' })).toBe(
      '409 LimitExceeded: Cannot exceed quota for AccessKeysPerUser: 2',
    );
    const { AccessKeyMetadata } = await call('ListAccessKeys', { UserName: 'eve' });
    expect(AccessKeyMetadata!['member']).toEqual([metadata, { ...metadata, AccessKeyId: expect.any(String) }]);
    expect(await refusal('DeleteAccessKey', { AccessKeyId })).toBe(
      `404 NoSuchEntity: The Access Key with id ${AccessKeyId} cannot be found.`,
    );
    await call('DeleteAccessKey', { UserName: 'eve', AccessKeyId });
    expect(directory.findAccessKey(AccessKeyId)).toBeUndefined();
  });

  test.each(['User', 'Role'])('inline policies of a %s take effect at once', async (kind) => {
    if (kind === 'User') await call('CreateUser', { UserName: 'eve' });
    else await call('CreateRole', { RoleName: 'eve', AssumeRolePolicyDocument: JSON.stringify(trust(A)) });
    const holder = { [`${kind}Name`]: 'eve' };
    const named = { ...holder, PolicyName: 'read.all' };
    const principal = kind === 'User' ? principalOf('eve') : sessionOf('eve');
    const mayListUsers = () =>
      authorizer.isAllowed({
        caller: { principal, context: {} },
        action: 'iam:ListUsers',
        resource: `arn:aws:iam::${A}:user/`,
        resourceAccount: A,
      });

    await call(`Put${kind}Policy`, { ...named, PolicyDocument: JSON.stringify(policy('s3:Get*')) });
    expect(mayListUsers()).toBe(false);
    await call(`Put${kind}Policy`, {
      ...named,
      PolicyDocument: JSON.stringify(policy('iam:List*', 'arn:aws:iam::*:user/*')),
    });
    expect(mayListUsers()).toBe(true);
    const { PolicyDocument, ...rest } = await call(`Get${kind}Policy`, named);
    expect(rest).toEqual(named);
    expect(PolicyDocument).toMatch(/^[\w.~%-]+$/);
    expect(decoded(PolicyDocument)).toEqual(policy('iam:List*', 'arn:aws:iam::*:user/*'));
    expect((await call(`List${kind}Policies`, holder))['PolicyNames']!['member']).toEqual([named.PolicyName]);

    expect(await refusal(`Delete${kind}`, holder)).toBe(
      '409 DeleteConflict: Cannot delete entity, must delete policies first.',
    );
    await call(`Delete${kind}Policy`, named);
    expect(mayListUsers()).toBe(false);
    expect(await refusal(`Delete${kind}Policy`, named)).toMatch(
      `404 NoSuchEntity: The ${kind.toLowerCase()} policy with name ${named.PolicyName} cannot be found.`,
    );
    expect(await refusal(`Get${kind}Policy`, named)).toMatch(/^404 NoSuchEntity/);
    await call(`Delete${kind}`, holder);
  });

  function sessionOf(roleName: string): Principal {
    const role = directory.findRole(A, roleName)!;
    const { accessKeyId } = directory.issueSession({ role, sessionName: 's1', durationSeconds: 900 });
    return directory.findAccessKey(accessKeyId)!.principal;
  }

  test('a role’s trust reads as it was written, and is replaced whole', async () => {
    const AssumeRolePolicyDocument = JSON.stringify(trust(`arn:aws:iam::${A}:user/admin`, A));
    const { Role } = await call('CreateRole', {
      RoleName: 'job',
      Path: '/jobs/',
      MaxSessionDuration: '7200',
      AssumeRolePolicyDocument,
    });
    expect({ ...Role, AssumeRolePolicyDocument: decoded(Role!['AssumeRolePolicyDocument']) }).toEqual({
      Path: '/jobs/',
      RoleName: 'job',
      RoleId: expect.stringMatching(/^AROA/),
      Arn: `arn:aws:iam::${A}:role/jobs/job`,
      CreateDate: SECONDS,
      AssumeRolePolicyDocument: JSON.parse(AssumeRolePolicyDocument),
      MaxSessionDuration: '7200',
    });
    const caller = { principal: admin, context: {} };
    const mayAssume = () => {
      const { arn: resource, trust: resourcePolicy } = directory.findRole(A, 'job')!;
      return authorizer.isAllowed({ caller, action: 'sts:AssumeRole', resource, resourceAccount: A, resourcePolicy });
    };
    expect(mayAssume()).toBe(true);
    await call('UpdateAssumeRolePolicy', { RoleName: 'job', PolicyDocument: JSON.stringify(trust(B)) });
    expect(mayAssume()).toBe(false);
    const { Roles } = await call('ListRoles');
    expect(Roles!['member']).toHaveLength(1);
    const shown = await call('GetRole', { RoleName: 'job' });
    expect(decoded(shown['Role']!['AssumeRolePolicyDocument'])).toEqual(trust(B));
  });

  test('a role that is made again is somebody else', async () => {
    const AssumeRolePolicyDocument = JSON.stringify(trust(A));
    const first = await call('CreateRole', { RoleName: 'job', AssumeRolePolicyDocument });
    const RoleId = first['Role']!['RoleId'];
    await call('CreateRole', { RoleName: 'target', AssumeRolePolicyDocument });
    const trusting = JSON.stringify(trust(`arn:aws:iam::${A}:role/job`));
    await call('UpdateAssumeRolePolicy', { RoleName: 'target', PolicyDocument: trusting });
    const shown = async () => {
      const { Role } = await call('GetRole', { RoleName: 'target' });
      return decoded(Role!['AssumeRolePolicyDocument']).Statement[0].Principal.AWS;
    };
    expect(await shown()).toEqual([`arn:aws:iam::${A}:role/job`]);
    await call('DeleteRole', { RoleName: 'job' });
    const again = await call('CreateRole', { RoleName: 'job', AssumeRolePolicyDocument });
    expect(again['Role']!['RoleId']).not.toBe(RoleId);
    expect(await shown()).toEqual([RoleId]);
  });

  test.each<[string, string, Record<string, string>, string]>([
    [
      'an unknown operation',
      'CreateLoginProfile',
      {},
      '400 InvalidAction: Could not find operation CreateLoginProfile for version 2010-05-08',
    ],
    [
      'another version',
      'GetUser',
      { Version: '2009-01-01' },
      '400 InvalidAction: Could not find operation GetUser for version 2009-01-01',
    ],
    [
      'a parameter that is not there',
      'CreateUser',
      { UserName: 'x', 'Groups.member.1': 'k' },
      '501 NotImplemented: The local AWS does not support Groups in CreateUser.',
    ],
    [
      'a tag without a value',
      'CreateUser',
      { UserName: 'x', 'Tags.member.1.Key': 'k' },
      '400 ValidationError: CreateUser is refused: Tags: 0: Value: Invalid input: expected string, received undefined',
    ],
    [
      'a boundary that is not there',
      'CreateUser',
      { UserName: 'x', PermissionsBoundary: `arn:aws:iam::${A}:policy/x` },
      `404 NoSuchEntity: Policy arn:aws:iam::${A}:policy/x does not exist or is not attachable.`,
    ],
    [
      'a page of more than a thousand',
      'ListUsers',
      { MaxItems: '1001' },
      '400 ValidationError: The specified value for maxItems is invalid. It must be from 1 to 1000.',
    ],
    ['a marker of nobody', 'ListUsers', { Marker: 'x' }, '400 ValidationError: Invalid Marker: x'],
    [
      'a missing name',
      'CreateUser',
      {},
      "400 ValidationError: 1 validation error detected: Value null at 'userName' failed to satisfy constraint: Member must not be null",
    ],
    [
      'a long name',
      'CreateUser',
      { UserName: 'x'.repeat(65) },
      `400 ValidationError: 1 validation error detected: Value '${'x'.repeat(65)}' at 'userName' failed to satisfy constraint: Member must have length less than or equal to 64`,
    ],
    [
      'a name with a slash',
      'CreateUser',
      { UserName: 'a/b' },
      '400 ValidationError: The specified value for userName is invalid. It must contain only alphanumeric characters and/or the following: +=,.@_-',
    ],
    [
      'a policy by an ARN',
      'GetUserPolicy',
      { UserName: 'admin', PolicyName: 'arn:x' },
      '400 ValidationError: The specified value for policyName is invalid. It must contain only alphanumeric characters and/or the following: +=,.@_-',
    ],
    [
      'a path without an end',
      'CreateUser',
      { UserName: 'x', Path: '/a' },
      '400 ValidationError: The specified value for path is invalid. It must begin and end with / and contain only alphanumeric characters and/or / characters.',
    ],
    [
      'a name that differs only in case',
      'CreateUser',
      { UserName: 'ADMIN' },
      '409 EntityAlreadyExists: User with name ADMIN already exists.',
    ],
    [
      'a role that is not there',
      'PutRolePolicy',
      { RoleName: 'x', PolicyName: 'p', PolicyDocument: JSON.stringify(policy('*')) },
      '404 NoSuchEntity: The role with name x cannot be found.',
    ],
    [
      'broken JSON',
      'PutUserPolicy',
      { UserName: 'admin', PolicyName: 'p', PolicyDocument: '{' },
      '400 MalformedPolicyDocument: policy p: This policy contains invalid Json',
    ],
    [
      'a trust policy with a Resource',
      'CreateRole',
      { RoleName: 'x', AssumeRolePolicyDocument: JSON.stringify(policy('sts:AssumeRole')) },
      '400 MalformedPolicyDocument: trust policy of x, statement 1: Has prohibited field Resource',
    ],
    [
      'trust in nobody we know',
      'CreateRole',
      { RoleName: 'x', AssumeRolePolicyDocument: JSON.stringify(trust(`arn:aws:iam::${A}:user/x`)) },
      `400 MalformedPolicyDocument: Invalid principal in policy: "AWS":"arn:aws:iam::${A}:user/x"`,
    ],
  ])('refused: %s', async (_, action, parameters, expected) => {
    const before = [directory.usersOf(A).length, directory.rolesOf(A).length];
    expect(await refusal(action, parameters)).toBe(expected);
    expect([directory.usersOf(A).length, directory.rolesOf(A).length]).toEqual(before);
  });

  const large = (characters: number) =>
    JSON.stringify(policy('s3:GetObject', `arn:aws:s3:::${'x'.repeat(characters)}`));

  test.each<[string, string, Record<string, string>, string]>([
    [
      'a trust policy of more than 2,048 characters',
      'CreateRole',
      { RoleName: 'r', AssumeRolePolicyDocument: JSON.stringify(trust(...Array.from({ length: 200 }, () => A))) },
      '409 LimitExceeded: Cannot exceed quota for ACLSizePerRole: 2048',
    ],
    [
      'such a one later',
      'UpdateAssumeRolePolicy',
      { RoleName: 'full', PolicyDocument: JSON.stringify(trust(...Array.from({ length: 200 }, () => A))) },
      '409 LimitExceeded: Cannot exceed quota for ACLSizePerRole: 2048',
    ],
    [
      'a second policy of a role that is full',
      'PutRolePolicy',
      { RoleName: 'full', PolicyName: 'b', PolicyDocument: large(300) },
      '409 LimitExceeded: Maximum policy size of 10240 bytes exceeded for role full',
    ],
    [
      'a second policy of a user who is full',
      'PutUserPolicy',
      { UserName: 'full', PolicyName: 'b', PolicyDocument: large(300) },
      '409 LimitExceeded: Maximum policy size of 2048 bytes exceeded for user full',
    ],
    [
      'characters beyond Latin-1',
      'PutRolePolicy',
      { RoleName: 'full', PolicyName: 'a', PolicyDocument: JSON.stringify(policy('s3:*', 'arn:aws:s3:::b/日')) },
      '400 ValidationError: The specified value for policyDocument is invalid. It must contain only printable ASCII characters.',
    ],
    [
      'such characters as JSON escapes',
      'PutRolePolicy',
      {
        RoleName: 'full',
        PolicyName: 'a',
        PolicyDocument: JSON.stringify(policy('s3:*', 'arn:aws:s3:::b/日')).replace('日', '\\u65e5'),
      },
      '400 MalformedPolicyDocument: policy a: "arn:aws:s3:::b/日" has the character U+65E5; a policy takes U+0009, U+000A, U+000D and U+0020 to U+00FF only',
    ],
    [
      'a resource of another partition',
      'PutUserPolicy',
      { UserName: 'full', PolicyName: 'a', PolicyDocument: JSON.stringify(policy('s3:*', 'arn:aws-cn:s3:::b')) },
      '400 MalformedPolicyDocument: Partition "aws-cn" is not valid for resource "arn:aws-cn:s3:::b".',
    ],
    [
      'an account of another partition',
      'UpdateAssumeRolePolicy',
      { RoleName: 'full', PolicyDocument: JSON.stringify(trust(`arn:aws-us-gov:iam::${A}:root`)) },
      `400 MalformedPolicyDocument: Invalid principal in policy: "AWS":"arn:aws-us-gov:iam::${A}:root"`,
    ],
  ])('beyond what a policy may be: %s', async (_, action, parameters, expected) => {
    await call('CreateRole', { RoleName: 'full', AssumeRolePolicyDocument: JSON.stringify(trust(A)) });
    await call('PutRolePolicy', { RoleName: 'full', PolicyName: 'a', PolicyDocument: large(10_000) });
    await call('CreateUser', { UserName: 'full' });
    await call('PutUserPolicy', { UserName: 'full', PolicyName: 'a', PolicyDocument: large(1900) });
    expect(await refusal(action, parameters)).toBe(expected);
    const { PolicyDocument } = await call('GetRolePolicy', { RoleName: 'full', PolicyName: 'a' });
    expect(decoded(PolicyDocument)).toEqual(JSON.parse(large(10_000)));
  });

  test('a user with keys or with attached policies is not deleted', async () => {
    directory.addUser({
      account: A,
      name: 'attached',
      policies: [{ ...everything, name: `arn:aws:iam::${A}:policy/p` }],
    });
    expect((await call('ListUserPolicies', { UserName: 'attached' }))['PolicyNames']!['member']).toBeUndefined();
    expect(await refusal('DeleteUser', { UserName: 'attached' })).toBe(
      '409 DeleteConflict: Cannot delete entity, must detach all policies first.',
    );
    await call('CreateUser', { UserName: 'eve' });
    await call('CreateAccessKey', { UserName: 'eve' });
    expect(await refusal('DeleteUser', { UserName: 'eve' })).toBe(
      '409 DeleteConflict: Cannot delete entity, must delete access keys first.',
    );
  });

  test('a user without rights learns nothing, not even which names exist', async () => {
    await call('CreateUser', { UserName: 'eve' });
    const denied = (operation: string, resource: string) =>
      `403 AccessDenied: User: arn:aws:iam::${A}:user/eve is not authorized to perform: iam:${operation} on resource: arn:aws:iam::${A}:${resource} because no identity-based policy allows the iam:${operation} action`;
    const as = principalOf('eve');
    expect(await refusal('GetUser', { UserName: 'admin' }, as)).toBe(denied('GetUser', 'user/admin'));
    expect(await refusal('GetUser', { UserName: 'nobody' }, as)).toBe(denied('GetUser', 'user/nobody'));
    expect(await refusal('CreateAccessKey', {}, as)).toBe(denied('CreateAccessKey', 'user/eve'));
    expect(await refusal('ListRoles', {}, as)).toBe(denied('ListRoles', 'role/'));
    const AssumeRolePolicyDocument = JSON.stringify(trust(A));
    expect(await refusal('CreateRole', { RoleName: 'r', Path: '/p/', AssumeRolePolicyDocument }, as)).toBe(
      denied('CreateRole', 'role/p/r'),
    );
  });

  test('rights reach as far as the ARN that they name', async () => {
    await call('CreateUser', { UserName: 'eve' });
    const PolicyDocument = JSON.stringify(policy('iam:*', `arn:aws:iam::${A}:user/eve`));
    await call('PutUserPolicy', { UserName: 'eve', PolicyName: 'herself', PolicyDocument });
    const as = principalOf('eve');
    expect(await call('ListAccessKeys', {}, as)).toMatchObject({ IsTruncated: 'false' });
    expect(await refusal('ListAccessKeys', { UserName: 'admin' }, as)).toMatch(/^403 AccessDenied/);
  });

  test('nobody reaches another account: the same names mean one’s own', async () => {
    directory.addUser({ account: B, name: 'stranger' });
    expect(await refusal('GetUser', { UserName: 'stranger' })).toMatch(/^404 NoSuchEntity/);
    expect(await refusal('CreateAccessKey', { UserName: 'stranger' })).toMatch(/^404 NoSuchEntity/);
  });

  test('a session has to say which user it means', async () => {
    directory.addRole({
      account: A,
      name: 'job',
      trust: parsePolicy(trust(A), 'the test', 'trust'),
      policies: [everything],
    });
    expect(await refusal('GetUser', {}, sessionOf('job'))).toBe(
      '400 ValidationError: Must specify userName when calling with non-User credentials',
    );
    expect(await refusal('GetUser', {}, { kind: 'anonymous' })).toMatch(/^403 MissingAuthenticationToken/);
  });
});

const installed = spawnSync('aws', ['--version'], { env: machineEnvironment() }).status === 0;

/** The CLI is Python's, so nothing of this project's environment is meant for it. */
function machineEnvironment(): NodeJS.ProcessEnv {
  return { PATH: process.env['PATH'], HOME: process.env['HOME'], AWS_PAGER: '', AWS_MAX_ATTEMPTS: '1' };
}

describe.skipIf(!installed)(
  `with the real AWS CLI${installed ? '' : ' (skipped: there is no "aws" on this machine)'}`,
  () => {
    const clock = () => Date.now();
    const directory = new Directory(clock);
    const unexpected: unknown[] = [];
    let folder: string;
    let gateway: Gateway;
    let url: string;
    let admin: AccessKey;

    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'local-iam-'));
      const certificate = await createCertificate();
      await writeFile(join(folder, 'ca.pem'), certificate.caPem);
      const authorizer = new IamAuthorizer(directory);
      const services = {
        iam: new IamService({ directory, authorizer }),
        sts: new StsService({ directory, authorizer }),
      };
      const onUnexpectedError = (error: unknown) => unexpected.push(error);
      gateway = new Gateway({ directory, clock, services, certificate, onUnexpectedError });
      ({ url } = await gateway.listen({ port: 0, host: '127.0.0.1' }));
      directory.addAccount(A);
      directory.addUser({ account: A, name: 'admin', policies: [everything] });
      admin = directory.addAccessKey(A, 'admin');
    });

    afterAll(async () => {
      await gateway.close();
      await rm(folder, { recursive: true });
      expect(unexpected).toEqual([]);
    });

    async function aws({ accessKeyId, secretAccessKey }: AccessKey, ...command: string[]) {
      const env = {
        ...machineEnvironment(),
        AWS_CONFIG_FILE: '/dev/null',
        AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
        AWS_CA_BUNDLE: join(folder, 'ca.pem'),
        AWS_ACCESS_KEY_ID: accessKeyId,
        AWS_SECRET_ACCESS_KEY: secretAccessKey,
      };
      const args = ['--endpoint-url', url, '--region', 'eu-west-1', '--output', 'json', ...command];
      const { stdout } = await promisify(execFile)('aws', args, { env });
      return stdout === '' ? undefined : JSON.parse(stdout);
    }

    test('a new user signs with its new key, in any region, until the key is deleted', {
      timeout: 60_000,
    }, async () => {
      await aws(admin, 'iam', 'create-user', '--user-name', 'eve');
      const { AccessKey } = await aws(admin, 'iam', 'create-access-key', '--user-name', 'eve');
      const { AccessKeyId, SecretAccessKey } = AccessKey;
      const eve = { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey };
      expect(await aws(eve, 'sts', 'get-caller-identity')).toMatchObject({ Arn: `arn:aws:iam::${A}:user/eve` });
      await expect(aws(eve, 'iam', 'get-user')).rejects.toMatchObject({
        stderr: expect.stringContaining(
          `An error occurred (AccessDenied) when calling the GetUser operation: User: arn:aws:iam::${A}:user/eve is not authorized to perform: iam:GetUser on resource: arn:aws:iam::${A}:user/eve because no identity-based policy allows the iam:GetUser action`,
        ),
      });
      await aws(admin, 'iam', 'delete-access-key', '--user-name', 'eve', '--access-key-id', AccessKeyId);
      await expect(aws(eve, 'sts', 'get-caller-identity')).rejects.toMatchObject({
        stderr: expect.stringContaining('InvalidClientTokenId'),
      });
    });

    test('policies are shown as JSON', { timeout: 60_000 }, async () => {
      const role = ['--role-name', 'job'];
      const document = JSON.stringify(trust(`arn:aws:iam::${A}:user/admin`));
      const { Role } = await aws(admin, 'iam', 'create-role', ...role, '--assume-role-policy-document', document);
      expect(Role.AssumeRolePolicyDocument).toEqual(JSON.parse(document));
      const named = [...role, '--policy-name', 'p'];
      await aws(admin, 'iam', 'put-role-policy', ...named, '--policy-document', JSON.stringify(policy('s3:*')));
      const { PolicyDocument } = await aws(admin, 'iam', 'get-role-policy', ...named);
      expect(PolicyDocument).toEqual(policy('s3:*'));
      expect(await aws(admin, 'iam', 'list-role-policies', ...role)).toEqual({ PolicyNames: ['p'] });
      expect(await aws(admin, 'iam', 'list-users')).toMatchObject({ Users: [{ UserName: 'admin' }, {}] });
    });
  },
);
