/** Asks the real authorizer about one caller, with policies in each place where a request can meet some. */
import { IamAuthorizer } from '../../../authorization/authorizer.ts';
import { Organization, type OrganizationInput } from '../../../authorization/organization.ts';
import { bindPrincipals } from '../../../authorization/principal.ts';
import type { AccessRequest, Principal } from '../../../core/api.ts';
import { listOf, type PolicyDocument, type Statement } from '../../../core/policy-document.ts';
import { Directory } from '../../../services/iam/state/directory.ts';

export const HOME = '111111111111';
export const AWAY = '222222222222';
export const OBJECT = 'arn:aws:s3:::bucket/key';
export const ROLE_ARN = `arn:aws:iam::${HOME}:role/relay`;
export const SESSION_ARN = `arn:aws:sts::${HOME}:assumed-role/relay/s1`;
export const USER_ARN = `arn:aws:iam::${HOME}:user/ann`;

export const policy = (...statements: Partial<Statement>[]): PolicyDocument => ({
  Version: '2012-10-17',
  Statement: statements.map((statement) => ({
    Effect: 'Allow',
    Action: 's3:GetObject',
    Resource: 'arn:aws:s3:::bucket/*',
    ...statement,
  })),
});
export interface Setup {
  who: 'user' | 'session' | 'root' | 'anonymous' | 'service';
  owner?: string;
  identity?: PolicyDocument;
  boundary?: PolicyDocument;
  session?: PolicyDocument;
  resource?: PolicyDocument;
  context?: AccessRequest['context'];
  action?: string;
  /** The ARN acted on. */
  on?: string;
  organization?: OrganizationInput;
  /** Of the user and of the role. */
  tags?: Record<string, string>;
}

export function ask({
  who,
  owner = HOME,
  identity,
  boundary,
  session,
  resource,
  context = {},
  action = 's3:GetObject',
  on = OBJECT,
  tags = {},
  organization,
}: Setup) {
  const directory = new Directory(() => 0);
  directory.addAccount(HOME);
  const policies = identity ? [{ name: 'p', document: identity }] : [];
  const settings = {
    account: HOME,
    policies,
    tags: new Map(Object.entries(tags)),
    ...(boundary && { permissionsBoundary: { name: 'boundary', document: boundary } }),
  };
  directory.addUser({ ...settings, name: 'ann' });
  const role = directory.addRole({ ...settings, name: 'relay', trust: policy() });
  const key = {
    user: () => directory.addAccessKey(HOME, 'ann'),
    root: () => directory.addRootKey(HOME),
    session: () =>
      directory.issueSession({
        role,
        sessionName: 's1',
        durationSeconds: 900,
        sessionPolicies: listOf(session),
      }),
  };
  const principal: Principal =
    who === 'anonymous'
      ? { kind: 'anonymous' }
      : who === 'service'
        ? { kind: 'service', service: 's3.amazonaws.com' }
        : directory.findAccessKey(key[who]().accessKeyId)!.principal;
  const request: AccessRequest = {
    caller: { principal, context: { 'aws:SecureTransport': 'true' } },
    action,
    resource: on,
    resourceAccount: owner,
    resourcePolicy: resource && bindPrincipals(resource, directory, 'aws'),
    context,
  };
  const authorizer = new IamAuthorizer(directory, organization && new Organization(organization));
  return { authorizer, request, directory, role };
}
