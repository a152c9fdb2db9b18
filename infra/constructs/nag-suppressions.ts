/** Acknowledges findings of cdk-nag, each with a reason. */
import { Stack } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/** `Validations.ACKNOWLEDGED_RULES_METADATA_KEY`, which the oldest CDK that the package supports doesn't have. */
export const ACKNOWLEDGED_RULES = 'aws:cdk:acknowledged-rules';

/**
 * A finding of cdk-nag that is meant to be so. The id is the finding's own, with what it is about, so that nothing else is
 * let through: `npx cdk synth` prints it. It is noted as the library notes it, and not through `Validations.acknowledge`, which writes a hyphen
 * for each space and refuses a bracket without its fellow: prefixes have both, and cdk-nag compares letter by letter.
 * @param finding of the AwsSolutions pack, e.g. `IAM5[Resource::arn:aws:s3:::bucket/*]`
 * @param reason for people who review this: why it is right here
 */
export function acknowledgeFinding(construct: IConstruct, finding: string, reason: string): void {
  // cdk-nag writes `>` for each `}`, since it takes them for the ends of `${…}`.
  const id = `AwsSolutions-${flat(Stack.of(construct).resolve(finding)).replaceAll('}', '>')}`;
  construct.node.addMetadata(ACKNOWLEDGED_RULES, { [id]: reason });
}

/** As cdk-nag writes what only the deployment knows: https://github.com/cdklabs/cdk-nag#rules */
function flat(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value);
  const [[name, argument] = []] = Object.entries(value);
  if (name === 'Fn::Join') {
    const [separator, parts] = argument as [string, unknown[]];
    return parts.map(flat).join(separator);
  }
  if (name === 'Ref') return `<${argument}>`;
  if (name === 'Fn::GetAtt') return `<${(argument as string[]).join('.')}>`;
  return name === 'Fn::ImportValue' ? flat(argument) : JSON.stringify(value);
}
