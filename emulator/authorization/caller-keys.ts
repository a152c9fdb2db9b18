/** The condition keys that say who asks. */
import type { ContextKeys, Principal } from '../core/api.ts';

/** What only the authorizer says about the caller: a request that brings such a key along is not believed. */
const DERIVED_KEYS = new Set(
  [
    'aws:PrincipalArn',
    'aws:PrincipalAccount',
    'aws:PrincipalOrgID',
    'aws:PrincipalType',
    'aws:PrincipalIsAWSService',
    'aws:PrincipalServiceName',
    'aws:userid',
    'aws:username',
    'aws:ResourceAccount',
    'aws:ResourceOrgID',
    'aws:TokenIssueTime',
    'aws:MultiFactorAuthPresent',
    'aws:ViaAWSService',
  ].map((key) => key.toLowerCase()),
);

/** Of requests that don't come through the gateway, as those of services don't. */
export function timeKeys(now: number): ContextKeys {
  return { 'aws:CurrentTime': new Date(now).toISOString(), 'aws:EpochTime': `${Math.floor(now / 1000)}` };
}

/**
 * Those of a request that it may say itself.
 * @param derivedTags whose tags it may not: a service knows those of its own resources
 */
export function withoutDerived(
  context: ContextKeys = {},
  derivedTags: RegExp = /^(aws:(principal|resource)|iam:resource)tag\//i,
): ContextKeys {
  const isDerived = (key: string) => DERIVED_KEYS.has(key.toLowerCase()) || derivedTags.test(key);
  return Object.fromEntries(Object.entries(context).filter(([key]) => !isDerived(key)));
}

export function tagKeys(names: string[], tags: ReadonlyMap<string, string>): ContextKeys {
  return Object.fromEntries(names.flatMap((name) => [...tags].map(([key, value]) => [`${name}/${key}`, value])));
}

/** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html */
export function keysOf(principal: Principal): ContextKeys {
  switch (principal.kind) {
    case 'anonymous':
      return { 'aws:PrincipalType': 'Anonymous', 'aws:PrincipalAccount': 'anonymous', 'aws:userid': 'anonymous' };
    case 'service':
      return {
        'aws:PrincipalIsAWSService': 'true',
        'aws:PrincipalServiceName': principal.service,
        'aws:SecureTransport': 'true',
      };
    case 'root':
      return { ...accountKeys(principal, 'Account'), 'aws:userid': principal.account };
    case 'user':
      return { ...accountKeys(principal, 'User'), 'aws:userid': principal.userId, 'aws:username': principal.name };
    case 'session':
      return {
        ...accountKeys({ account: principal.account, arn: principal.roleArn }, 'AssumedRole'),
        'aws:userid': `${principal.roleId}:${principal.sessionName}`,
        'aws:MultiFactorAuthPresent': 'false',
        'aws:TokenIssueTime': principal.issuedAt.toISOString(),
      };
  }
}

function accountKeys({ account, arn }: { account: string; arn: string }, type: string): ContextKeys {
  return {
    'aws:PrincipalType': type,
    'aws:PrincipalAccount': account,
    'aws:PrincipalArn': arn,
    'aws:PrincipalIsAWSService': 'false',
  };
}
