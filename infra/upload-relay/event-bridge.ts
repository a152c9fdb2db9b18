/** Has a bucket tell EventBridge of its uploads. */
import { Annotations, Stack, Token } from 'aws-cdk-lib';
import { CfnBucket, type IBucket } from 'aws-cdk-lib/aws-s3';
import type { IConstruct } from 'constructs';
import { ConfigError } from '../config/mistakes.ts';
import { isNamedAsInCdkJson, nameOf } from './field-names.ts';

/** The id under which the CDK keeps the custom resource that writes a bucket's notifications. */
const CUSTOM_RESOURCE = 'Notifications';

/**
 * A bucket of the app gets the property of its own resource. The CDK's method would add a custom resource with a function, so it is used only
 * where the bucket has that already: the custom resource replaces all notifications. An imported bucket stays as it is.
 */
export function sendEventsOf(relay: IConstruct, bucket: IBucket): void {
  refuseElsewhere(relay, bucket);
  const resource = bucket.node.defaultChild;
  if (!(resource instanceof CfnBucket)) {
    sayThatOwnerMust(relay, bucket);
    return;
  }
  if (hasCustomResource(bucket)) {
    bucket.enableEventBridgeNotification();
    return;
  }
  const { notificationConfiguration: before = {} } = resource;
  if (Token.isUnresolved(before)) {
    throw new ConfigError(
      `${nameOf(relay)}: prop "source" is a bucket whose notifications are a token: set "eventBridgeConfiguration" there, and import the bucket by its name.`,
    );
  }
  resource.notificationConfiguration = {
    ...(before as CfnBucket.NotificationConfigurationProperty),
    eventBridgeConfiguration: { eventBridgeEnabled: true },
  };
  relay.node.addValidation({
    validate: () =>
      hasCustomResource(bucket)
        ? [
            `prop "source" is the bucket ${JSON.stringify(bucket.node.path)}, which got notifications later: the CDK's custom resource would replace what tells the relay of uploads; create the bucket with "eventBridgeEnabled: true".`,
          ]
        : [],
  });
}

/** A rule takes the events of its own account and region. */
function refuseElsewhere(relay: IConstruct, bucket: IBucket): void {
  const stack = Stack.of(relay);
  for (const field of ['account', 'region'] as const) {
    const [theirs, ours] = [bucket.env[field], stack[field]];
    if (theirs === ours || Token.isUnresolved(theirs) || Token.isUnresolved(ours)) continue;
    throw new ConfigError(
      `${nameOf(relay)}: prop "source" is a bucket of the ${field} "${theirs}", and the relay is of "${ours}": EventBridge tells uploads in the bucket's own account and region; make the relay there.`,
    );
  }
}

/** The check says so too, once the relay is deployed. */
function sayThatOwnerMust(relay: IConstruct, bucket: IBucket): void {
  if (isNamedAsInCdkJson(relay)) return;
  const name = Token.isUnresolved(bucket.bucketName) ? '' : ` ${JSON.stringify(bucket.bucketName)}`;
  Annotations.of(relay).addInfoV2(
    'upload-relay:eventBridge',
    `prop "source" is an imported bucket${name}, which stays as it is: EventBridge must be on there (Properties → Amazon EventBridge, or "eventBridgeEnabled: true" where it is created).`,
  );
}

function hasCustomResource(bucket: IBucket): boolean {
  return bucket.node.tryFindChild(CUSTOM_RESOURCE) !== undefined;
}
