/** The condition keys of IAM's own actions. */
import type { ContextKeys } from '../../../core/api.ts';
import type { NamedPolicy } from '../../../core/policy-document.ts';
import type { Tags } from '../state/tags.ts';
import type { Lists } from './lists.ts';
import type { ParameterName } from './parameters.ts';

/** What a request is about: a user, a role, a group, a policy or an instance profile. */
export interface Subject {
  kind?: 'user' | 'role' | 'group';
  tags?: Tags;
  boundary?: NamedPolicy | undefined;
}

/** The actions on whoever has a boundary that can be bound to it, and those that set one. */
const ABOUT_BOUNDARIES =
  /^((Attach|Detach|Put|Delete)(User|Role)Policy|(Put|Delete)(User|Role)PermissionsBoundary|Create(User|Role)|(Get|Delete|Update)Role|UpdateAssumeRolePolicy)$/;

/** https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsidentityandaccessmanagementiam.html */
export function conditionKeys(
  action: string,
  input: Partial<Record<ParameterName, string>>,
  { tags, tagKeys }: Lists,
  subject: Subject = {},
): ContextKeys {
  const boundary = input.PermissionsBoundary ?? subject.boundary?.name;
  const isOfPolicy = /^(Attach|Detach)/.test(action);
  // The authorizer knows the tags of users and roles.
  const isPrincipal = subject.kind === 'user' || subject.kind === 'role';
  const keysOfTags = [...tags.map(({ Key }) => Key), ...tagKeys];
  return {
    ...Object.fromEntries(tags.map(({ Key, Value }) => [`aws:RequestTag/${Key}`, Value])),
    ...(keysOfTags.length > 0 && { 'aws:TagKeys': keysOfTags }),
    ...(isOfPolicy && input.PolicyArn !== undefined && { 'iam:PolicyARN': input.PolicyArn }),
    ...(ABOUT_BOUNDARIES.test(action) && boundary !== undefined && { 'iam:PermissionsBoundary': boundary }),
    ...(!isPrincipal &&
      Object.fromEntries([...(subject.tags ?? [])].map(([key, value]) => [`aws:ResourceTag/${key}`, value]))),
  };
}
