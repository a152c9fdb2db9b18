/** What an UploadRelay is made of: uploads → queue → relay, and all around it. */
import type { RemovalPolicy } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
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

export interface RelayPartsProps {
  config: RelayContext;
  removalPolicy: RemovalPolicy | undefined;
}

/** The constructs lie in the scope that is given, so that their ids don't tell that this class is in between. */
export class RelayParts {
  readonly queue: RelayQueue;
  readonly ledger: Ledger;
  readonly relay: RelayFunction;
  readonly uploads: UploadSource | undefined;
  readonly replay: ReplayFunction | undefined;
  /** Of the audit's reports. */
  readonly reports: AuditBucket | undefined;
  readonly check: CheckFunction;
  readonly alarms: Alarms;
  readonly health: HealthAlarm;
  readonly dashboard: Dashboard;
  readonly #scope: Construct;
  readonly #config: RelayContext;

  constructor(scope: Construct, { config, removalPolicy }: RelayPartsProps) {
    this.#scope = scope;
    this.#config = config;
    const { batchOperations, canary, replay } = config.relay;
    this.queue = new RelayQueue(scope, 'Queue', { config });
    this.ledger = new Ledger(scope, 'Ledger', { config, removalPolicy });
    this.relay = new RelayFunction(scope, 'Relay', { config });
    const own = ownSource(config);
    this.uploads = own && this.#sourceOf(own, removalPolicy);
    this.#feedRelay();
    if (replay) {
      if (config.relay.audit.bucket === undefined)
        this.reports = new AuditBucket(scope, 'Audit', { config, removalPolicy });
      this.replay = this.#addReplay();
    }
    if (batchOperations) new BatchRole(scope, 'BatchOperations', { config, ...batchOperations });
    if (canary) this.#addCanary();
    this.check = new CheckFunction(scope, 'Check', { config, relay: this.relay, ledger: this.ledger });
    new Canary(scope, 'Canary', { config, check: this.check });
    this.alarms = new Alarms(scope, 'Alarms', { config, rule: this.uploads?.rule });
    this.health = new HealthAlarm(scope, 'Health', { config, alarms: this.alarms.all });
    this.dashboard = new Dashboard(scope, 'Dashboard', { config, alarms: [this.health.alarm, ...this.alarms.all] });
  }

  #sourceOf(own: OwnSource, removalPolicy: RemovalPolicy | undefined): UploadSource {
    const uploads = new UploadSource(this.#scope, 'Source', { config: this.#config, own, removalPolicy });
    uploads.addQueueTarget(this.queue);
    return uploads;
  }

  #feedRelay(): void {
    const { relay } = this;
    const { events, largeObjects } = this.#config.relay;
    relay.addQueueSource(this.queue);
    relay.grantReadSource();
    relay.grantAssumeReaders();
    relay.grantAssumeWriters();
    relay.addLedger(this.ledger);
    if (events !== 'none') relay.grantPublishEvents();
    if (largeObjects) relay.grantStartLarge();
    relay.addDeadLetterQueue(this.queue);
  }

  #addCanary(): void {
    const { relay, replay } = this;
    const canary = new CanaryFunction(this.#scope, 'CanaryFunction', { config: this.#config, relay });
    canary.addLedger(this.ledger);
    canary.grantReadMapping(relay.mapping!);
    canary.grantTryDoor(this.queue, this.uploads?.rule);
    if (replay && this.#config.relay.reconciliation) canary.grantReadComparisons(replay);
    relay.grantAskCanary();
  }

  #addReplay(): ReplayFunction {
    const { queue } = this;
    const config = this.#config;
    const replay = new ReplayFunction(this.#scope, 'Replay', { config });
    replay.grantListSource();
    replay.grantReadInventory();
    replay.grantAssumeReaders();
    replay.addLedger(this.ledger);
    replay.addQueueTarget(queue);
    replay.grantContinue();
    replay.addRedriveSource(queue);
    replay.grantWriteReports();
    const { replays, reconciliation, audit } = config.relay;
    if (replays.length > 0 || reconciliation || audit.schedule !== undefined)
      new ReplaySchedules(this.#scope, 'Schedules', { config, replay, queue });
    return replay;
  }
}
