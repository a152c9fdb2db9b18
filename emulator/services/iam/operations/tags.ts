/** Tags of users, roles, policies and instance profiles: the same three operations for each. */
import { type Tags, withoutTags, withTags } from '../state/tags.ts';
import { tagList } from './elements.ts';
import { ROLES, USERS } from './holders.ts';
import { authorizedProfile } from './instance-profiles.ts';
import { pageOf } from './lists.ts';
import { authorizedPolicy } from './managed-policy-names.ts';
import { type Call, type Operation, operation, PAGING } from './operation.ts';

interface Tagged {
  parameter: 'UserName' | 'RoleName' | 'PolicyArn' | 'InstanceProfileName';
  kind: 'User' | 'Role' | 'Policy' | 'InstanceProfile';
  /** @throws ApiError `AccessDenied` (403), `NoSuchEntity` (404) */
  find(call: Call, name: string): { tags: Tags };
}

export const tagOperations: Record<string, Operation> = {
  ...operationsOn(USERS as Tagged),
  ...operationsOn(ROLES as Tagged),
  ...operationsOn({ parameter: 'InstanceProfileName', kind: 'InstanceProfile', find: authorizedProfile }),
  ...operationsOn({
    parameter: 'PolicyArn',
    kind: 'Policy',
    find: (call, arn) => authorizedPolicy(call, arn, { changes: !call.action.startsWith('List') }),
  }),
};

function operationsOn({ parameter, kind, find }: Tagged) {
  return {
    [`Tag${kind}`]: operation({
      needs: [parameter],
      needsLists: ['Tags'],
      perform: (call, { [parameter]: name }) => {
        const tagged = find(call, name);
        tagged.tags = withTags(tagged.tags, call.lists.tags);
        return undefined;
      },
    }),

    [`Untag${kind}`]: operation({
      needs: [parameter],
      needsLists: ['TagKeys'],
      perform: (call, { [parameter]: name }) => {
        const tagged = find(call, name);
        tagged.tags = withoutTags(tagged.tags, call.lists.tagKeys);
        return undefined;
      },
    }),

    [`List${kind}Tags`]: operation({
      needs: [parameter],
      takes: PAGING,
      perform: (call, { [parameter]: name, ...paging }) =>
        pageOf(
          'Tags',
          tagList(find(call, name).tags),
          ({ Key }) => Key,
          paging,
          (tag) => tag,
        ),
    }),
  };
}
