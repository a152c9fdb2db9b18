/** `AWS::Region` and the like: what a template knows of the place where it is deployed. */
import { arnOf, dnsSuffixOf, partitionOf } from '../core/partition.ts';

/** Where a template is deployed. */
export interface TemplatePlace {
  account: string;
  region: string;
  stackName: string;
  /** Its id; a template is also checked before there is a stack. */
  stackArn?: string | undefined;
}

/** A function for each, by name; `undefined` as its answer is `AWS::NoValue`, which leaves a property out. */
export const PSEUDO_PARAMETERS: Readonly<Record<string, (place: TemplatePlace) => string | undefined>> = {
  'AWS::NoValue': () => undefined,
  'AWS::AccountId': ({ account }) => account,
  'AWS::Region': ({ region }) => region,
  'AWS::Partition': ({ region }) => partitionOf(region),
  'AWS::URLSuffix': ({ region }) => dnsSuffixOf(region),
  'AWS::StackName': ({ stackName }) => stackName,
  'AWS::StackId': (place) => place.stackArn ?? arnOf('cloudformation', place, `stack/${place.stackName}/local`),
};
