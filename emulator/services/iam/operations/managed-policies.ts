/** IAM's operations on managed policies and their versions. */
import { parsePolicy } from '../../../authorization/policy.ts';
import { ApiError } from '../../../core/api.ts';
import type { XmlNode } from '../../../protocols/xml.ts';
import type { ManagedPolicy, PolicyVersion } from '../state/managed-policies.ts';
import { withTags } from '../state/tags.ts';
import { boundIdentities, holdersOf } from './attachments.ts';
import { encodedDocument } from './documents.ts';
import { tagsElement } from './elements.ts';
import { pageOf } from './lists.ts';
import { authorizedPolicy } from './managed-policy-names.ts';
import { type Call, type Operation, operation, PAGING, timestamp } from './operation.ts';

export const managedPolicyOperations: Record<string, Operation> = {
  CreatePolicy: operation({
    needs: ['PolicyName', 'PolicyDocument'],
    takes: ['Path', 'Description'],
    takesLists: ['Tags'],
    perform: (call, { PolicyName: name, PolicyDocument, Path: path = '/', Description: description }) => {
      const { authorize, directory, account, lists } = call;
      const arn = directory.iamArn(account, `policy${path}${name}`);
      authorize(arn);
      const document = parsePolicy(PolicyDocument, `policy ${name}`);
      const tags = withTags(new Map(), lists.tags);
      const policy = directory.managedPolicies.add(arn, { account, name, path, document, description, tags });
      return { Policy: { ...listedPolicy(call, policy), ...tagsElement(policy) } };
    },
  }),

  GetPolicy: operation({
    needs: ['PolicyArn'],
    perform: (call, { PolicyArn }) => {
      const policy = authorizedPolicy(call, PolicyArn, { changes: false });
      const Description = policy.description;
      return { Policy: { ...listedPolicy(call, policy), Description, ...tagsElement(policy) } };
    },
  }),

  ListPolicies: operation({
    takes: ['Scope', 'OnlyAttached', 'PathPrefix', 'PolicyUsageFilter', ...PAGING],
    perform: (call, { Scope = 'All', OnlyAttached, PathPrefix = '/', PolicyUsageFilter, ...paging }) => {
      const { authorize, directory, account } = call;
      authorize(directory.iamArn(account, 'policy/'));
      const { managedPolicies } = directory;
      const policies = [
        ...(Scope === 'AWS' ? [] : managedPolicies.of(account)),
        ...(Scope === 'Local' ? [] : managedPolicies.ofAws(directory.partitionOf(account))),
      ].filter((policy) => {
        const [attached, bounds] = [holdersOf(call, policy).length > 0, boundIdentities(call, policy).length > 0];
        if (PolicyUsageFilter === 'PermissionsBoundary' && !bounds) return false;
        if (PolicyUsageFilter === 'PermissionsPolicy' && !attached) return false;
        return policy.path.startsWith(PathPrefix) && (OnlyAttached !== 'true' || attached || bounds);
      });
      return pageOf(
        'Policies',
        policies,
        ({ arn }) => arn,
        paging,
        (policy) => listedPolicy(call, policy),
      );
    },
  }),

  DeletePolicy: operation({
    needs: ['PolicyArn'],
    perform: (call, { PolicyArn }) => {
      const policy = authorizedPolicy(call, PolicyArn, { changes: true });
      if (holdersOf(call, policy).length + boundIdentities(call, policy).length > 0) {
        throw new ApiError('DeleteConflict', 409, 'Cannot delete a policy attached to entities.');
      }
      if (policy.versions.length > 1) {
        const problem =
          "This policy has more than one version. Before you delete a policy, you must delete the policy's versions. The default version is deleted with the policy.";
        throw new ApiError('DeleteConflict', 409, problem);
      }
      call.directory.managedPolicies.remove(PolicyArn);
      return undefined;
    },
  }),

  CreatePolicyVersion: operation({
    needs: ['PolicyArn', 'PolicyDocument'],
    takes: ['SetAsDefault'],
    perform: (call, { PolicyArn, PolicyDocument, SetAsDefault }) => {
      const policy = authorizedPolicy(call, PolicyArn, { changes: true });
      const document = parsePolicy(PolicyDocument, `policy ${policy.shortName}`);
      const version = policy.addVersion(document, SetAsDefault === 'true', call.directory.now());
      return { PolicyVersion: listedVersion(policy, version) };
    },
  }),

  GetPolicyVersion: operation({
    needs: ['PolicyArn', 'VersionId'],
    perform: (call, { PolicyArn, VersionId }) => {
      const policy = authorizedPolicy(call, PolicyArn, { changes: false });
      const version = policy.version(VersionId);
      return { PolicyVersion: { Document: encodedDocument(version.document), ...listedVersion(policy, version) } };
    },
  }),

  ListPolicyVersions: operation({
    needs: ['PolicyArn'],
    takes: PAGING,
    perform: (call, { PolicyArn, ...paging }) => {
      const policy = authorizedPolicy(call, PolicyArn, { changes: false });
      const { versions } = policy;
      // The newest first.
      const place = (version: PolicyVersion) => String(versions.indexOf(version));
      return pageOf('Versions', versions, place, paging, (version) => listedVersion(policy, version));
    },
  }),

  SetDefaultPolicyVersion: operation({
    needs: ['PolicyArn', 'VersionId'],
    perform: (call, { PolicyArn, VersionId }) => {
      authorizedPolicy(call, PolicyArn, { changes: true }).setDefault(VersionId, call.directory.now());
      return undefined;
    },
  }),

  DeletePolicyVersion: operation({
    needs: ['PolicyArn', 'VersionId'],
    perform: (call, { PolicyArn, VersionId }) => {
      authorizedPolicy(call, PolicyArn, { changes: true }).removeVersion(VersionId);
      return undefined;
    },
  }),
};

function listedPolicy(call: Call, policy: ManagedPolicy) {
  return {
    PolicyName: policy.shortName,
    PolicyId: policy.policyId,
    Arn: policy.arn,
    Path: policy.path,
    DefaultVersionId: policy.defaultVersionId,
    AttachmentCount: holdersOf(call, policy).length,
    PermissionsBoundaryUsageCount: boundIdentities(call, policy).length,
    IsAttachable: true,
    CreateDate: timestamp(policy.createdAt),
    UpdateDate: timestamp(policy.updatedAt),
  } satisfies XmlNode;
}

function listedVersion(policy: ManagedPolicy, { versionId, createdAt }: PolicyVersion) {
  return {
    VersionId: versionId,
    IsDefaultVersion: versionId === policy.defaultVersionId,
    CreateDate: timestamp(createdAt),
  } satisfies XmlNode;
}
