import type { InvokeCommandInput } from '@aws-sdk/client-lambda';
import { ledgerId } from '../../functions/delivery/ledger.ts';
import { DestinationBucket } from './destination-bucket.ts';
import { notificationOf } from './event-message.ts';
import type { Executions } from './executions.ts';
import { LedgerTable } from './ledger-table.ts';
import { type Message, Queue } from './queue.ts';
import type { Scenario, Upload } from './scenario.ts';
import type { Stores } from './services.ts';
import { SourceBucket, type SourceVersion } from './source-bucket.ts';
import type { Timeline } from './timeline.ts';

/** Two buckets, a queue and a ledger in one process, those who upload, and what must hold in the end. */
export class World implements Stores {
  readonly scenario: Scenario;
  readonly timeline: Timeline;
  readonly source: SourceBucket;
  readonly destination: DestinationBucket;
  readonly ledger = new LedgerTable();
  readonly queue: Queue;
  /** Passes where a message waits. */
  readonly clock = { nowMs: 0 };
  readonly violations: string[] = [];
  /** Set when the world begins. */
  executions: Executions | undefined;

  constructor(scenario: Scenario, timeline: Timeline, onVisible: (message: Message) => void) {
    this.scenario = scenario;
    this.timeline = timeline;
    this.source = new SourceBucket(scenario.isVersioned);
    this.destination = new DestinationBucket(scenario.multipartOrder);
    this.queue = new Queue({ visible: onVisible, deleted: (message) => this.#checkReceipt(message) });
  }

  start(input: InvokeCommandInput): object {
    return this.executions!.start(input);
  }

  async uploadAll(): Promise<void> {
    const { writers, deletes } = this.scenario;
    await Promise.all(writers.map((uploads, index) => this.#upload(`writer ${index + 1}`, uploads)));
    await Promise.all(deletes.map((key) => this.#delete(key)));
  }

  async #upload(writer: string, uploads: Upload[]): Promise<void> {
    for (const { key, content, events, isHinted } of uploads) {
      await this.timeline.turn(`${writer} uploads`);
      const version = this.source.upload(key, content);
      this.timeline.tell(`${writer} uploads ${key} ${nameOf(version)}`);
      for (let sent = 0; sent < events; sent++)
        this.queue.send(key, notificationOf('uploads', version, isHinted), { sentAtMs: this.clock.nowMs });
    }
  }

  async #delete(key: string): Promise<void> {
    await this.timeline.turn(`${key} is deleted`);
    this.source.delete(key);
    this.timeline.tell(`${key} is deleted`);
  }

  /** No message is forgotten before its object has a receipt, unless it was sent anew. */
  #checkReceipt(message: Message): void {
    const { id, key } = message;
    const isKnown = this.ledger.item(ledgerId('main', key)) || this.executions?.wasAskedFor(key);
    if (!isKnown && !this.queue.hasAnother(message))
      this.violations.push(`${id} was acknowledged, but "${key}" has no receipt`);
  }

  /** Whether the ledger's item of the key names the newest object of the source. */
  isRecorded(key: string): boolean {
    const newest = this.source.newest(key);
    const item = this.ledger.item(ledgerId('main', key));
    return item?.['sourceETag'] === newest?.eTag && item?.['sourceVersionId'] === newest?.versionId;
  }

  /** What must hold once uploads are over and nothing is under way any more. */
  checkQuiescence(): void {
    const { source, destination, queue, violations, scenario } = this;
    for (const { id, isDeleted } of queue.messages) {
      if (!isDeleted) violations.push(`${id} was never acknowledged`);
    }
    for (const { key, letters } of destination.shown) {
      if (!source.everHeld(key, letters)) violations.push(`"${key}" showed "${letters}", which nobody uploaded`);
    }
    if (scenario.deletes.length === 0 && queue.deadLetters.length > 0) {
      violations.push(`dead letters without a reason: ${queue.deadLetters}`);
    }
    for (const key of source.keys) this.#checkKey(key);
  }

  #checkKey(key: string): void {
    const newest = this.source.newest(key);
    // Of a deleted object nothing newest is left to compare with, and deletes do not travel.
    if (!newest) return;
    const delivered = this.destination.letters(key);
    if (delivered !== newest.letters) {
      this.violations.push(
        `the destination of "${key}" holds ${delivered ?? 'nothing'}, the source's newest is ${newest.letters}`,
      );
    }
    if (!this.isRecorded(key)) {
      const item = this.ledger.item(ledgerId('main', key));
      const said = item
        ? [item['status'], item['sourceETag'], item['sourceVersionId']].filter(Boolean).join(' ')
        : 'nothing';
      this.violations.push(`the ledger of "${key}" says ${said}, the newest is ${nameOf(newest)}`);
    }
  }
}

function nameOf({ eTag, versionId }: SourceVersion): string {
  return versionId === undefined ? eTag : `${eTag} ${versionId}`;
}
