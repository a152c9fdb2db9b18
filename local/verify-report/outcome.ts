/** What a verification has come to. */
import { printable } from '../../cli/terminal/printable.ts';
import type { Difference } from './compare.ts';
import type { Inventory } from './inventory.ts';
import type { ReportLine } from './report.ts';

const KINDS = ['missing', 'different', 'present but unrecorded'] as const;
const KIND_WIDTH = 24;

export class Outcome {
  /** Lines that were compared. */
  checked = 0;
  /** Lines about another account or bucket. */
  elsewhere = 0;
  /** Lines of what was delivered after the inventory was begun. */
  tooNew = 0;
  readonly damaged: string[] = [];
  readonly #account: string;
  readonly #inventory: Inventory | undefined;
  readonly #counts = { missing: 0, different: 0, 'present but unrecorded': 0 };
  readonly #differences: Difference[] = [];

  constructor({ account, inventory }: { account: string; inventory: Inventory | undefined }) {
    this.#account = account;
    this.#inventory = inventory;
  }

  /** Whether the line is one to compare; counts it otherwise. */
  concerns(line: ReportLine): boolean {
    if (line['destinationAccount'] !== this.#account) {
      this.elsewhere += 1;
      return false;
    }
    if (this.#inventory === undefined) return true;
    if (line['destinationBucket'] !== this.#inventory.bucket) {
      this.elsewhere += 1;
      return false;
    }
    const isTooNew = Date.parse(line['deliveredAt']!) > this.#inventory.createdAt.getTime();
    if (isTooNew) this.tooNew += 1;
    return !isTooNew;
  }

  /** @returns the line to print; none when it is as reported */
  add(difference: Difference | undefined): string | undefined {
    this.checked += 1;
    if (difference === undefined) return undefined;
    this.#counts[difference.kind] += 1;
    this.#differences.push(difference);
    return `${difference.kind.padEnd(KIND_WIDTH)}${printable(`s3://${difference.bucket}/${difference.key}`)}  ${detailOf(difference)}\n`;
  }

  /** @returns the line to print */
  addDamaged(message: string): string {
    this.damaged.push(message);
    return `${'damaged'.padEnd(KIND_WIDTH)}${printable(message)}\n`;
  }

  get differences(): number {
    return this.#differences.length;
  }

  get isAsReported(): boolean {
    return this.#differences.length === 0 && this.damaged.length === 0;
  }

  /** Why no line could be compared; undefined if some could, or if there are none. */
  get whyNothing(): string | undefined {
    if (this.checked > 0 || this.damaged.length > 0) return undefined;
    if (this.tooNew > 0) return 'what it is about was delivered after the inventory was begun. Take a later inventory.';
    return this.elsewhere > 0 ? `no line is about ${this.#subject}. Is it the right profile?` : undefined;
  }

  /** What lines must be about, for messages. */
  get #subject(): string {
    const bucket = this.#inventory ? `the bucket ${this.#inventory.bucket} of ` : '';
    return `${bucket}account ${this.#account}`;
  }

  totals(): string {
    const asReported = this.checked - this.#differences.length;
    const counts = KINDS.map((kind) => `${numberOf(this.#counts[kind])} ${kind}`).join(', ');
    const others = [
      ...(this.elsewhere > 0 ? [`${numberOf(this.elsewhere)} lines are not about ${this.#subject}`] : []),
      ...(this.tooNew > 0 ? [`${numberOf(this.tooNew)} were delivered after the inventory was begun`] : []),
      ...(this.damaged.length > 0 ? [`${numberOf(this.damaged.length)} files are damaged`] : []),
    ];
    const sentence = `${numberOf(this.checked)} lines compared: ${numberOf(asReported)} as reported, ${counts}.`;
    return `${[sentence, ...others.map((other) => `${other}.`)].join(' ')}\n`;
  }

  toJSON(): object {
    const { checked, elsewhere, tooNew, damaged } = this;
    const counts = Object.fromEntries(KINDS.map((kind) => [kind, this.#counts[kind]]));
    const differences = this.#differences;
    return { checked, asReported: checked - differences.length, ...counts, elsewhere, tooNew, damaged, differences };
  }
}

function detailOf({ kind, fields = [], status, reason }: Difference): string {
  if (kind === 'different') {
    return fields
      .map(({ field, expected, found }) => printable(`${field}: expected ${expected}, found ${found}`))
      .join('; ');
  }
  return printable(`the report says ${status}${reason === '' ? '' : `: ${reason}`}`);
}

function numberOf(count: number): string {
  return count.toLocaleString('en-US');
}
