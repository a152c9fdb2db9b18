/** The stack of the relay's own account. */
import { CfnOutput, Stack } from 'aws-cdk-lib';
import type { Rule } from 'aws-cdk-lib/aws-events';
import type { Construct } from 'constructs';
import { bucketArn, relayRoleArn } from '../arns.ts';
import { type OwnSource, ownSource, type RelayContext } from '../config/relay-context.ts';
import { Alarms } from '../constructs/alarms.ts';
import { AuditBucket } from '../constructs/audit-bucket.ts';
import { BatchRole } from '../constructs/batch-role.ts';
import { Canary } from '../constructs/canary.ts';
import { CanaryFunction } from '../constructs/canary-function.ts';
import { CheckFunction } from '../constructs/check-function.ts';
import { Dashboard } from '../constructs/dashboard.ts';
import { HealthAlarm } from '../constructs/health-alarm.ts';
import { Ledger } from '../constructs/ledger.ts';
import { RelayFunction } from '../constructs/relay-function.ts';
import { RelayQueue } from '../constructs/relay-queue.ts';
import { ReplayFunction } from '../constructs/replay-function.ts';
import { ReplaySchedules } from '../constructs/replay-schedules.ts';
import { UploadSource } from '../constructs/upload-source.ts';
import { LIVE_ALIAS, relayNames, reportBucket, stackName } from '../names.ts';
import { warnOfMissingRegion } from './durable-regions.ts';
import { sayThatNobodyListens } from './says.ts';
import { servesOneRelay } from './serves-one-relay.ts';
import { warnOfSilentLoss } from './silent-loss.ts';

export interface SourceStackProps {
  config: RelayContext;
}

interface Parts {
  config: RelayContext;
  relay: RelayFunction;
  ledger: Ledger;
  queue: RelayQueue;
  rule: Rule | undefined;
  replay: ReplayFunction | undefined;
}

/** Account A's stack: uploads → queue → relay. */
export class SourceStack extends Stack {
  constructor(scope: Construct, id: string, { config }: SourceStackProps) {
    const { account, region } = config.source;
    super(scope, id, {
      stackName: stackName(config, 'source'),
      env: { account, region },
      description: 'Upload Relay: the source bucket, its queue and the relay function',
    });
    const queue = new RelayQueue(this, 'Queue', { config });
    const own = ownSource(config);
    servesOneRelay(this, ownerOf(config, own));
    const ledger = new Ledger(this, 'Ledger', { config });
    const relay = new RelayFunction(this, 'Relay', { config });

    const uploads = own && new UploadSource(this, 'Source', { config, own });
    uploads?.addQueueTarget(queue);
    relay.addQueueSource(queue);
    relay.grantReadSource();
    relay.grantAssumeReaders();
    relay.grantAssumeWriters();
    relay.addLedger(ledger);
    if (config.relay.events !== 'none') relay.grantPublishEvents();
    if (config.relay.largeObjects) relay.grantStartLarge();
    relay.addDeadLetterQueue(queue);
    const replay = config.relay.replay ? this.#addReplay(config, ledger, queue) : undefined;
    warnOfMissingRegion(this, config);
    warnOfSilentLoss(this, config);
    const { batchOperations } = config.relay;
    if (batchOperations) new BatchRole(this, 'BatchOperations', { config, ...batchOperations });

    if (config.relay.canary) this.#addCanary({ config, relay, ledger, queue, rule: uploads?.rule, replay });
    else sayThatNobodyListens(this);
    const check = new CheckFunction(this, 'Check', { config, relay, ledger });
    new Canary(this, 'Canary', { config, check });
    const alarms = new Alarms(this, 'Alarms', { config, rule: uploads?.rule });
    const health = new HealthAlarm(this, 'Health', { config, alarms: alarms.all });
    new Dashboard(this, 'Dashboard', { config, alarms: [health.alarm, ...alarms.all] });

    const names = relayNames(config);
    if (own) new CfnOutput(this, 'SourceBucketName', { value: own.bucket });
    new CfnOutput(this, 'QueueUrl', { value: queue.queue.queueUrl });
    new CfnOutput(this, 'DeadLetterQueueUrl', { value: queue.deadLetters.queueUrl });
    new CfnOutput(this, 'LedgerTableName', { value: names.ledgerTable });
    new CfnOutput(this, 'RelayFunctionName', { value: names.relayFunction });
    new CfnOutput(this, 'AlarmTopicArn', { value: alarms.topic.topicArn });
    new CfnOutput(this, 'CheckFunctionName', { value: names.checkFunction });
    new CfnOutput(this, 'DeadLetterQueueArn', { value: queue.deadLetters.queueArn });
    const durable = (name: string) => ({ value: `${name}:${LIVE_ALIAS}` });
    if (config.relay.replay) new CfnOutput(this, 'ReplayFunctionName', durable(names.replayFunction));
    if (config.relay.largeObjects) new CfnOutput(this, 'LargeFunctionName', durable(names.largeFunction));
  }

  #addCanary({ config, relay, ledger, queue, rule, replay }: Parts): void {
    const canary = new CanaryFunction(this, 'CanaryFunction', { config, relay });
    canary.addLedger(ledger);
    canary.grantReadMapping(relay.mapping!);
    canary.grantTryDoor(queue, rule);
    if (replay && config.relay.reconciliation) canary.grantReadComparisons(replay);
    relay.grantAskCanary();
  }

  #addReplay(config: RelayContext, ledger: Ledger, queue: RelayQueue): ReplayFunction {
    const replay = new ReplayFunction(this, 'Replay', { config });
    replay.grantListSource();
    replay.grantReadInventory();
    replay.grantAssumeReaders();
    replay.addLedger(ledger);
    replay.addQueueTarget(queue);
    replay.grantContinue();
    replay.addRedriveSource(queue);
    replay.grantWriteReports();
    const { replays, reconciliation, audit } = config.relay;
    if (audit.bucket === undefined) new AuditBucket(this, 'Audit', { config });
    new CfnOutput(this, 'ReportBucketName', { value: reportBucket(config) });
    if (replays.length > 0 || reconciliation || audit.schedule !== undefined)
      new ReplaySchedules(this, 'Schedules', { config, replay, queue });
    return replay;
  }
}

/** People who copy a cdk.json often keep its role names, but the name of a bucket is unique. */
function ownerOf(config: RelayContext, own: OwnSource | undefined): string {
  return own ? bucketArn(own.bucket, config.source.region) : relayRoleArn(config);
}
