import { templateStack } from '../../emulator/index.ts';
import { ACCOUNT_A, REGION, WRITER_ROLE_ARN } from './two-accounts.ts';

/** Others in account A who would like to be the relay: a role and a user that may assume anything, and a user that may nothing. */
export function strangers(roleArns: string[] = [WRITER_ROLE_ARN]) {
  const assumeWriter = {
    PolicyName: 'assume',
    PolicyDocument: {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', Resource: roleArns }],
    },
  };
  return templateStack({
    account: ACCOUNT_A,
    region: REGION,
    name: 'strangers',
    template: {
      Resources: {
        Role: {
          Type: 'AWS::IAM::Role',
          Properties: {
            RoleName: 'another-role',
            AssumeRolePolicyDocument: {
              Version: '2012-10-17',
              Statement: [
                { Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' },
              ],
            },
            Policies: [assumeWriter],
          },
        },
        Hopeful: { Type: 'AWS::IAM::User', Properties: { UserName: 'hopeful', Policies: [assumeWriter] } },
        HopefulKey: { Type: 'AWS::IAM::AccessKey', Properties: { UserName: { Ref: 'Hopeful' } } },
        Nobody: { Type: 'AWS::IAM::User', Properties: { UserName: 'nobody' } },
        NobodyKey: { Type: 'AWS::IAM::AccessKey', Properties: { UserName: { Ref: 'Nobody' } } },
      },
      Outputs: {
        HopefulId: { Value: { Ref: 'HopefulKey' } },
        HopefulSecret: { Value: { 'Fn::GetAtt': ['HopefulKey', 'SecretAccessKey'] } },
        NobodyId: { Value: { Ref: 'NobodyKey' } },
        NobodySecret: { Value: { 'Fn::GetAtt': ['NobodyKey', 'SecretAccessKey'] } },
      },
    },
  });
}
