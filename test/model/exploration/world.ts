import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { PutEventsCommandInput } from '@aws-sdk/client-eventbridge';
import type { InvokeCommandInput } from '@aws-sdk/client-lambda';
import { ledgerId } from '../../../functions/ledger/ledger-item.ts';
import type { FinalReceipt } from '../../../functions/ledger/receipt.ts';
import { DestinationBucket } from './destination-bucket.ts';
import { NEVER_THERE, notificationOf } from './event-message.ts';
import { LateWrites } from './late-writes.ts';
import { LedgerTable } from './ledger-table.ts';
import { type DeadLetter, type Message, Queue } from './queue.ts';
import type { Deletion, Scenario, Upload } from './scenario.ts';
import type { Stores } from './services.ts';
import { SourceBucket, type SourceVersion } from './source-bucket.ts';
import type { Timeline } from './timeline.ts';

type Item = Record<string, AttributeValue>;

/** Lambda's durable executions, as far as the world asks for them. */
interface DurableExecutions {
  readonly areOver: boolean;
  start(input: InvokeCommandInput): object;
  wasAskedFor(key: string): boolean;
  /** Resolves when they have had so many turns. */
  turn(number: number): Promise<void>;
}

/** Two buckets, a queue and a ledger in one process, those who upload, and what must hold in the end. */
export class World implements Stores {
  readonly scenario: Scenario;
  readonly timeline: Timeline;
  readonly source: SourceBucket;
  readonly destination: DestinationBucket;
  readonly ledger = new LedgerTable((before, next) => this.#checkItem(before, next));
  readonly queue: Queue;
  readonly late: LateWrites;
  /** Each turn takes a while, and more time passes where a message waits. */
  readonly clock: Timeline;
  readonly violations: string[] = [];
  #setAside = 0;
  #isCalm = false;
  readonly #everSentBack = new Set<string>();
  readonly #everDeleted = new Set<string>();
  /** By key, the number of the newest upload that the ledger or an event ever called delivered. */
  readonly #delivered = new Map<string, number>();
  /** Set when the world begins. */
  executions: DurableExecutions | undefined;

  constructor(scenario: Scenario, timeline: Timeline, onVisible: (message: Message) => void) {
    this.scenario = scenario;
    this.timeline = timeline;
    this.clock = timeline;
    this.source = new SourceBucket(scenario.versioning);
    this.destination = new DestinationBucket(scenario.multipartOrder);
    this.late = new LateWrites(timeline, scenario.writeFates);
    this.queue = new Queue({
      visible: onVisible,
      deleted: (message) => this.#checkEnd(message),
      setAside: (letter) => void this.#sendBack(letter),
      delayed: (seconds) => this.late.outlasted(seconds),
    });
  }

  /** Whether the bad days are over: nobody dies, and every request is answered. */
  get isCalm(): boolean {
    return this.#isCalm;
  }

  /** The bad days are over, and each dead letter is sent back. */
  redriveAll(): void {
    this.#isCalm = true;
    this.late.cease();
    for (const letter of [...this.queue.deadLetters]) this.#sendBackNow(letter);
  }

  start(input: InvokeCommandInput): object {
    return this.executions!.start(input);
  }

  hear({ Entries = [] }: PutEventsCommandInput): object {
    for (const { Detail } of Entries) {
      const { status, source } = JSON.parse(Detail!) as FinalReceipt;
      if (status === 'delivered') this.#noteDelivery(source.key, source.eTag);
    }
    return { Entries: Entries.map(() => ({})) };
  }

  async uploadAll(): Promise<void> {
    await Promise.all(this.scenario.writers.map((actions, index) => this.#act(`writer ${index + 1}`, actions)));
  }

  async #act(writer: string, actions: (Upload | Deletion)[]): Promise<void> {
    for (const action of actions) {
      await (action.atTurn ? this.#largeTurn(action.atTurn) : this.timeline.turn(`${writer} acts`));
      if ('deletes' in action) this.#delete(writer, action);
      else this.#upload(writer, action);
    }
  }

  /** Or when nobody has anything to do any more. */
  #largeTurn(number: number): Promise<void> {
    return Promise.race([this.executions!.turn(number), this.timeline.stall()]);
  }

  #upload(writer: string, upload: Upload): void {
    const { key, events, isRepeatedLate, isHinted } = upload;
    const version = this.source.upload(key, this.#contentOf(upload));
    this.timeline.tell(`${writer} uploads ${key} ${nameOf(version)}`);
    const body = notificationOf('uploads', version, { isHinted, isBundled: this.scenario.isBundled });
    this.queue.send(key, body, { sentAtMs: this.clock.nowMs });
    if (events > 1) void this.#repeat(key, body, isRepeatedLate);
  }

  async #repeat(key: string, body: string, isLate: boolean): Promise<void> {
    if (isLate) await this.timeline.stall();
    await this.timeline.turn('an event is told again');
    this.queue.send(key, body, { sentAtMs: this.clock.nowMs });
  }

  async #sendBack(letter: DeadLetter): Promise<void> {
    if (this.#isCalm || ++this.#setAside > this.scenario.redrives) return;
    await this.timeline.stall();
    await this.timeline.turn('a dead letter is sent back');
    this.#sendBackNow(letter);
  }

  #sendBackNow(letter: DeadLetter): void {
    this.timeline.tell(`a dead letter is sent back: ${letter.code}`);
    this.queue.sendBack(letter, this.clock.nowMs);
    this.#everSentBack.add(letter.key);
  }

  #contentOf({ content }: Upload): Upload['content'] {
    if (!this.scenario.areUnique) return content;
    const letter = String.fromCharCode(97 + this.source.uploadsSoFar);
    const letters = (content.isLarge ? letter.toUpperCase() : letter).repeat(content.letters.length);
    return { ...content, letters };
  }

  #delete(writer: string, { deletes: key, withVersions }: Deletion): void {
    this.source.delete(key, withVersions);
    this.#everDeleted.add(key);
    this.timeline.tell(`${writer} deletes ${key}${withVersions ? ' and its versions' : ''}`);
  }

  #checkItem(before: Item | undefined, next: Item): void {
    const key = next['sourceKey']?.S;
    if (key === undefined) return;
    if (next['status']?.S === 'delivered') this.#noteDelivery(key, next['sourceETag']!.S!);
    if (next['status']?.S !== 'failed' || before?.['status']?.S !== 'delivered') return;
    const [old, newer] = [before['sequencer']?.S, next['sequencer']?.S];
    if (old === undefined || newer === undefined || newer <= old)
      this.violations.push(`the delivery of "${key}" was replaced by the failure ${next['reasonCode']?.S}`);
  }

  #noteDelivery(key: string, eTag: string): void {
    const number = this.source.numberOf(key, eTag.slice(1, -1));
    this.#delivered.set(key, Math.max(this.#delivered.get(key) ?? 0, number));
  }

  /** No message is forgotten before its object has a receipt or lies in the dead-letter queue, unless it was sent anew. */
  #checkEnd(message: Message): void {
    const { id, key } = message;
    const isSetAside = this.#deadLettersOf(key).length > 0 || this.#everSentBack.has(key);
    const isKnown = this.#isTold(key) || isSetAside || this.executions?.wasAskedFor(key);
    if (!isKnown && !this.queue.hasAnother(message))
      this.violations.push(`${id} was acknowledged, but "${key}" has no receipt`);
  }

  #isTold(key: string): boolean {
    return this.ledger.item(ledgerId('main', key)) !== undefined;
  }

  #deadLettersOf(key: string) {
    return this.queue.deadLetters.filter((letter) => letter.key === key);
  }

  /** Whether the ledger's item of the key names the newest object of the source. */
  isRecorded(key: string): boolean {
    const newest = this.source.newest(key);
    const item = this.ledger.item(ledgerId('main', key));
    return (
      item?.['status'] === 'delivered' &&
      item['sourceETag'] === newest?.eTag &&
      item['sourceVersionId'] === newest?.versionId
    );
  }

  /** What must hold once uploads are over and nothing is under way any more. */
  checkQuiescence(): void {
    const { source, destination, queue, violations } = this;
    for (const { id, isDeleted } of queue.messages) {
      if (!isDeleted) violations.push(`${id} was never acknowledged`);
    }
    for (const { key, letters } of destination.shown) {
      if (!source.everHeld(key, letters)) violations.push(`"${key}" showed "${letters}", which nobody uploaded`);
    }
    this.#checkDeadLetters();
    for (const key of source.keys) {
      if (source.newest(key)) this.#checkKey(key);
      else this.#checkDeleted(key);
    }
  }

  #checkDeadLetters(): void {
    const { isBundled, ledgerFates } = this.scenario;
    const mayGiveUp = this.#mayGiveUp();
    for (const { key, code, reason } of this.queue.deadLetters) {
      if (!code || !reason) this.violations.push(`a dead letter of "${key}" has no reason`);
      const isExpected = mayGiveUp || this.#everDeleted.has(key) || key === NEVER_THERE;
      if (!isExpected) this.violations.push(`a dead letter of "${key}" says ${code}, and nothing was wrong with it`);
      if ((this.#isCalm || ledgerFates.length === 0) && !this.#isTold(key))
        this.violations.push(`a dead letter of "${key}" says ${code}, and the ledger has no item`);
    }
    if (isBundled && this.queue.messages.length > 0 && this.#deadLettersOf(NEVER_THERE).length === 0)
      this.violations.push('an object that was never there has no dead letter');
  }

  /** Whether an object that is there may have been given up; never once it was asked for on a good day. */
  #mayGiveUp(): boolean {
    return !this.#isCalm && (this.scenario.maxReceives < 100 || this.#mayEndLarge());
  }

  /** relay-large begins an object three times at most. Each completion spends one that isn't answered at once, or whose sender dies. */
  #mayEndLarge(): boolean {
    const { largeFates, writeFates } = this.scenario;
    if (largeFates === undefined) return false;
    const unanswered = writeFates.filter(({ how }) => how !== 'answered').length;
    return unanswered + largeFates.filter(({ endsAt }) => endsAt > 0).length >= 3;
  }

  #checkKey(key: string): void {
    const newest = this.source.newest(key)!;
    // Given up, and somebody has been told so.
    if (this.#mayGiveUp() && this.#deadLettersOf(key).length > 0) return;
    const delivered = this.destination.letters(key);
    if (delivered !== newest.letters || this.destination.metadata(key) !== newest.metadata) {
      this.violations.push(
        `the destination of "${key}" holds ${delivered ?? 'nothing'} ${this.destination.metadata(key)}, the source's newest is ${newest.letters} ${newest.metadata}`,
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

  /**
   * Deletes do not travel: the newest that was delivered stays, or account B is told that it has to put it back. Until it is sent back, a
   * dead letter may also say that something may have been written.
   */
  #checkDeleted(key: string): void {
    const best = this.#delivered.get(key) ?? 0;
    const there = this.source.numberOf(key, this.destination.letters(key));
    if (there >= best) return;
    const right = wordsFor(this.source.uploadOf(key, best));
    const isToldOf = this.#deadLettersOf(key).some(
      ({ code, reason, attributes }) =>
        (code === 'Superseded' && reason.includes(right)) || (!this.#isCalm && attributes['Uncertain'] !== undefined),
    );
    if (!isToldOf)
      this.violations.push(`"${key}" was deleted; its upload ${best} was delivered, and now upload ${there} is there`);
  }
}

function nameOf({ eTag, versionId }: SourceVersion): string {
  return versionId === undefined ? eTag : `${eTag} ${versionId}`;
}

/** As a dead letter writes it. */
function wordsFor({ eTag, versionId }: SourceVersion): string {
  return versionId === undefined ? `ETag ${eTag}` : `version ${versionId}`;
}
