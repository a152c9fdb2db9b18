import { CfnOutput, Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { RelayContext } from './config.ts';
import { LARGE_ALIAS, LARGE_FUNCTION_NAME, LEDGER_TABLE_NAME, RELAY_FUNCTION_NAME } from './contract.ts';
import { Ledger } from './ledger.ts';
import { RelayFunction } from './relay-function.ts';
import { RelayQueue } from './relay-queue.ts';
import { UploadSource } from './upload-source.ts';

export interface SourceStackProps {
  config: RelayContext;
}

/** Account A's side: uploads → queue → relay. */
export class SourceStack extends Stack {
  constructor(scope: Construct, id: string, { config }: SourceStackProps) {
    const { account, region } = config.source;
    super(scope, id, {
      stackName: `upload-relay-${id.toLowerCase()}`,
      env: { account, region },
      description: 'Upload Relay: the source bucket, its queue and the relay function',
    });
    const queue = new RelayQueue(this, 'Queue', { timeoutSeconds: config.relay.timeoutSeconds });
    const source = new UploadSource(this, 'Source', { config });
    const ledger = new Ledger(this, 'Ledger');
    const relay = new RelayFunction(this, 'Relay', { config });

    source.sendUploadsTo(queue);
    relay.takesFrom(queue);
    relay.readsSource();
    relay.writesAlongRoutes();
    relay.recordsIn(ledger);
    relay.reports();
    relay.relaysLargeObjects(queue);
    relay.setsAsideIn(queue);

    new CfnOutput(this, 'SourceBucketName', { value: config.source.bucket });
    new CfnOutput(this, 'QueueUrl', { value: queue.queue.queueUrl });
    new CfnOutput(this, 'DeadLetterQueueUrl', { value: queue.deadLetters.queueUrl });
    new CfnOutput(this, 'LedgerTableName', { value: LEDGER_TABLE_NAME });
    new CfnOutput(this, 'RelayFunctionName', { value: RELAY_FUNCTION_NAME });
    new CfnOutput(this, 'LargeFunctionName', { value: `${LARGE_FUNCTION_NAME}:${LARGE_ALIAS}` });
  }
}
