/** Turns the statements that functions/ knows into a policy of the CDK. */
import { PolicyDocument, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Statement } from '../../functions/aws/policies.ts';

/** Statements that the functions know as well, as the CDK takes them. */
export function policyDocument(statements: readonly Statement[]): PolicyDocument {
  return new PolicyDocument({ statements: statements.map((statement) => PolicyStatement.fromJson(statement)) });
}
