/** Users, roles, groups and what belongs to them, as IAM's answers show them. */
import { type PrincipalArns, readablePolicy } from '../../../authorization/readable-policy.ts';
import type { XmlNode } from '../../../protocols/xml.ts';
import type { Group, Role, User } from '../state/entities.ts';
import type { InstanceProfile } from '../state/instance-profiles.ts';
import type { Tags } from '../state/tags.ts';
import { encodedDocument } from './documents.ts';
import { timestamp } from './operation.ts';

/** Lists leave out the boundary and the tags: https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListUsers.html */
export function listedUser({ path, name, userId, arn, createdAt }: User) {
  return { Path: path, UserName: name, UserId: userId, Arn: arn, CreateDate: timestamp(createdAt) };
}

export function userElement(user: User): XmlNode {
  return { ...listedUser(user), ...boundaryElement(user), ...tagsElement(user) };
}

/** Lists leave out the boundary, the tags and when it was last used. */
export function listedRole(role: Role, arns: PrincipalArns) {
  const { path, name, roleId, arn, createdAt, trust, description, maxSessionDurationSeconds } = role;
  return {
    Path: path,
    RoleName: name,
    RoleId: roleId,
    Arn: arn,
    CreateDate: timestamp(createdAt),
    AssumeRolePolicyDocument: encodedDocument(readablePolicy(trust, arns)),
    Description: description,
    MaxSessionDuration: maxSessionDurationSeconds,
  };
}

export function roleElement(role: Role, arns: PrincipalArns): XmlNode {
  return { ...listedRole(role, arns), ...boundaryElement(role), ...tagsElement(role) };
}

export function groupElement({ path, name, groupId, arn, createdAt }: Group): XmlNode {
  return { Path: path, GroupName: name, GroupId: groupId, Arn: arn, CreateDate: timestamp(createdAt) };
}

export function instanceProfileElement(profile: InstanceProfile, arns: PrincipalArns): XmlNode {
  const { path, name, instanceProfileId, arn, createdAt, roles } = profile;
  return {
    Path: path,
    InstanceProfileName: name,
    InstanceProfileId: instanceProfileId,
    Arn: arn,
    CreateDate: timestamp(createdAt),
    Roles: { member: roles.map((role) => listedRole(role, arns)) },
    ...tagsElement(profile),
  };
}

function boundaryElement({ boundary }: User | Role) {
  if (!boundary) return {};
  // The type is that of the thing, not of the parameter: https://docs.aws.amazon.com/IAM/latest/APIReference/API_AttachedPermissionsBoundary.html
  return { PermissionsBoundary: { PermissionsBoundaryType: 'Policy', PermissionsBoundaryArn: boundary.name } };
}

export function tagsElement({ tags }: { tags: Tags }) {
  return tags.size === 0 ? {} : { Tags: { member: tagList(tags) } };
}

export function tagList(tags: Tags) {
  return [...tags].map(([Key, Value]) => ({ Key, Value }));
}
