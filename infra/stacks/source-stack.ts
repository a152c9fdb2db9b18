/** The stack of the relay's own account. */
import { CfnOutput, Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { bucketArn, relayRoleArn } from '../arns.ts';
import { ownSource, type RelayContext } from '../config/relay-context.ts';
import { LIVE_ALIAS, relayNames, reportBucket, stackName } from '../names.ts';
import { nameAsInCdkJson } from '../upload-relay/field-names.ts';
import { UploadRelay } from '../upload-relay/upload-relay.ts';
import { servesOneRelay } from './serves-one-relay.ts';
import { relayProps } from './source-props.ts';

export interface SourceStackProps {
  config: RelayContext;
}

/** Account A's stack: the relay that cdk.json describes. */
export class SourceStack extends Stack {
  constructor(scope: Construct, id: string, { config }: SourceStackProps) {
    const { account, region } = config.source;
    super(scope, id, {
      stackName: stackName(config, 'source'),
      env: { account, region },
      description: 'Upload Relay: the source bucket, its queue and the relay function',
    });
    nameAsInCdkJson(this);
    servesOneRelay(this, ownerOf(config));
    // The CDK leaves this id out of logical ids.
    this.#tell(config, new UploadRelay(this, 'Default', relayProps(this, config)));
  }

  #tell(config: RelayContext, { queue, deadLetterQueue, alarmTopic }: UploadRelay): void {
    const names = relayNames(config);
    const { replay, largeObjects } = config.relay;
    const durable = (name: string) => `${name}:${LIVE_ALIAS}`;
    const outputs = {
      SourceBucketName: ownSource(config)?.bucket,
      QueueUrl: queue.queueUrl,
      DeadLetterQueueUrl: deadLetterQueue.queueUrl,
      LedgerTableName: names.ledgerTable,
      RelayFunctionName: names.relayFunction,
      AlarmTopicArn: alarmTopic.topicArn,
      CheckFunctionName: names.checkFunction,
      DeadLetterQueueArn: deadLetterQueue.queueArn,
      ReportBucketName: replay ? reportBucket(config) : undefined,
      ReplayFunctionName: replay ? durable(names.replayFunction) : undefined,
      LargeFunctionName: largeObjects ? durable(names.largeFunction) : undefined,
    };
    for (const [name, value] of Object.entries(outputs)) if (value !== undefined) new CfnOutput(this, name, { value });
  }
}

/** People who copy a cdk.json often keep its role names, but the name of a bucket is unique. */
function ownerOf(config: RelayContext): string {
  const own = ownSource(config);
  return own ? bucketArn(own.bucket, config.source.region) : relayRoleArn(config);
}
