import { type StackInput, templateStack } from '../../emulator/index.ts';
import { REGION } from './two-accounts.ts';

/** A customer managed key that its account's IAM decides on; its ARN is the output `KeyArn` of stack "keys". */
export function keyStack(account: string): StackInput {
  const Statement = [
    { Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${account}:root` }, Action: 'kms:*', Resource: '*' },
  ];
  return templateStack({
    account,
    region: REGION,
    name: 'keys',
    template: {
      Resources: { Key: { Type: 'AWS::KMS::Key', Properties: { KeyPolicy: { Version: '2012-10-17', Statement } } } },
      Outputs: { KeyArn: { Value: { 'Fn::GetAtt': ['Key', 'Arn'] } } },
    },
  });
}
