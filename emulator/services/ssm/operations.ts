/** What SSM does here: GetParameter, by which the CDK asks for the version of its bootstrap stack. */
import { z } from 'zod';
import { ApiError, type Authorizer } from '../../core/api.ts';
import { type JsonCall, type JsonOperation, parseInput } from '../../protocols/aws-json.ts';
import { type ParameterStore, parameterArn } from './store.ts';

const Input = z.strictObject({ Name: z.string().min(1), WithDecryption: z.boolean().optional() });

export interface SsmParts {
  store: ParameterStore;
  authorizer: Authorizer;
}

export function ssmOperations(parts: SsmParts): Record<string, JsonOperation> {
  return { GetParameter: (call, body) => getParameter(parts, call, body) };
}

function getParameter({ store, authorizer }: SsmParts, { caller, ...place }: JsonCall, body: string): object {
  const { Name } = parseInput(Input, body, 'ValidationException');
  const resource = parameterArn(place, Name);
  authorizer.authorize({ caller, action: 'ssm:GetParameter', resource, resourceAccount: place.account });
  const found = store.find(place, Name);
  if (!found) throw new ApiError('ParameterNotFound', 400, `Parameter ${Name} not found.`);
  const { name, value, arn, modified } = found;
  return {
    Parameter: {
      Name: name,
      Type: 'String',
      Value: value,
      Version: 1,
      ARN: arn,
      DataType: 'text',
      LastModifiedDate: modified.getTime() / 1000,
    },
  };
}
