/** Replaces intrinsic functions by texts of the greatest length that they may have. */
import { partitionOf } from '../config/regions.ts';
import type { SynthesizedStack } from './template.ts';

/** The characters around the name in an ARN or a URL: partition, service, region, account, kind. */
const FRAME_CHARACTERS = 96;
/** The length of a name that CloudFormation generates: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-name.html */
const GENERATED_NAME_CHARACTERS = 128;

/**
 * A value of a template with each intrinsic function replaced by a text that is at least as long as what CloudFormation will put
 * there, so that a length can be told before anything is deployed. Pure.
 */
export function resolved(value: unknown, stack: SynthesizedStack): unknown {
  if (Array.isArray(value)) return value.map((each) => resolved(each, stack));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value);
  const [name, argument] = entries[0] ?? [];
  if (entries.length === 1 && (name === 'Ref' || name!.startsWith('Fn::'))) return longest(name!, argument, stack);
  return Object.fromEntries(entries.map(([key, each]) => [key, resolved(each, stack)]));
}

/** Its length as JSON without white space, which IAM doesn't count. */
export function jsonLength(value: unknown, stack: SynthesizedStack): number {
  return JSON.stringify(resolved(value, stack)).length;
}

function longest(name: string, argument: unknown, stack: SynthesizedStack): string {
  if (name === 'Fn::Join') {
    const [separator, parts] = argument as [string, unknown[]];
    return parts.map((part) => String(resolved(part, stack))).join(separator);
  }
  if (typeof argument === 'string' && argument.startsWith('AWS::')) return pseudoParameter(argument, stack);
  const id = Array.isArray(argument) ? argument[0] : String(argument).split('.')[0];
  return 'x'.repeat(FRAME_CHARACTERS + nameLength(id, stack));
}

function pseudoParameter(name: string, { account, region }: SynthesizedStack): string {
  const values: Record<string, string> = {
    'AWS::AccountId': account,
    'AWS::Partition': partitionOf(region),
    'AWS::Region': region,
  };
  return values[name] ?? 'x'.repeat(FRAME_CHARACTERS);
}

function nameLength(id: unknown, { template }: SynthesizedStack): number {
  const properties = Object.entries(template.Resources[String(id)]?.Properties ?? {});
  const names = properties.flatMap(([key, value]) =>
    /Name$/.test(key) && typeof value === 'string' ? [value.length] : [],
  );
  return Math.max(0, ...names) || GENERATED_NAME_CHARACTERS;
}
