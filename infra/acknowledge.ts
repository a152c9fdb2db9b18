import { Validations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/**
 * A finding of cdk-nag that is meant to be so. The id is the finding's own, with what it is about, so that nothing else is
 * let through: `npx cdk synth` prints it.
 * @param finding of the AwsSolutions pack, e.g. `IAM5[Resource::arn:aws:s3:::bucket/*]`
 * @param reason for people who review this: why it is right here
 */
export function acknowledge(construct: IConstruct, finding: string, reason: string): void {
  Validations.of(construct).acknowledge({ id: `AwsSolutions-${finding}`, reason });
}
