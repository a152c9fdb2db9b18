/** What a synth says of parts that cdk.json leaves out. */
import { Annotations, type Stack } from 'aws-cdk-lib';

/** Without the canary only replay notices that uploads are no longer heard of. */
export function sayThatNobodyListens(stack: Stack): void {
  Annotations.of(stack).addInfoV2(
    'upload-relay:canary',
    'cdk.json: field "relay.relay.canary" is false: no canary is dropped, and the check does not look whether the bucket still tells the relay of uploads.',
  );
}
