/** All operations of CloudFormation here: what the CDK and `aws cloudformation` need to bring stacks up, look at them and take them down. */
import { accountOf } from '../../../core/accounts.ts';
import type { QueryOperation } from '../../../protocols/query.ts';
import { readForm } from '../../../protocols/query-form.ts';
import { requests } from '../requests.ts';
import { ChangeSets } from '../store.ts';
import type { Call, CloudFormationParts, Handlers, OperationName } from './call.ts';
import { changeSetOperations } from './change-sets.ts';
import { deploymentOperations } from './deployments.ts';
import { descriptionOperations } from './descriptions.ts';
import { StackAccess } from './stack-access.ts';

export function cloudFormationOperations(parts: CloudFormationParts): Readonly<Record<string, QueryOperation>> {
  const access = new StackAccess(parts);
  const changeSets = new ChangeSets({ clock: parts.clock });
  const handlers: Handlers<OperationName> = {
    ...changeSetOperations(parts, access, changeSets),
    ...deploymentOperations(parts, access, changeSets),
    ...descriptionOperations(parts, access),
  };
  const names = Object.keys(handlers) as OperationName[];
  return Object.fromEntries(names.map((name) => [name, operation(parts, name, handlers[name] as Handler)]));
}

type Handler = (call: Call, input: unknown) => ReturnType<QueryOperation>;

function operation({ authorizer }: CloudFormationParts, name: OperationName, perform: Handler): QueryOperation {
  return (parameters, { caller, region }) => {
    const account = accountOf(caller);
    const authorize: Call['authorize'] = (action, resource, context = {}, resourceAccount = account) =>
      authorizer.authorize({
        caller,
        action,
        resource,
        resourceAccount,
        context,
        // All else is asked for by CloudFormation in the caller's name, but for the right to hand it a role.
        isViaService: !/^(cloudformation|iam):/.test(action),
      });
    return perform({ account, region, authorize }, readForm(name, parameters, requests[name]));
  };
}
