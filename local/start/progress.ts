/** Shows how far the deliveries are. */
import type { WriteStream } from 'node:tty';
import type { Delivery, DeliveryProgress } from './delivery.ts';
import type { Drop } from './drops.ts';
import { formatBytes, printable } from './text.ts';

const BAR_WIDTH = 30;
const REDRAW_EVERY_MS = 100;

export interface Progress extends DeliveryProgress {
  done(): void;
}

/** A bar on a terminal; elsewhere a line per delivery, which reads well in a log. */
export function showProgress(out: WriteStream, deliveries: readonly Delivery[]): Progress {
  return out.isTTY ? new ProgressBar(out, deliveries) : new ProgressLines(out, deliveries);
}

class ProgressLines implements Progress {
  readonly #out: WriteStream;
  readonly #total: number;
  #delivered = 0;

  constructor(out: WriteStream, deliveries: readonly Delivery[]) {
    this.#out = out;
    this.#total = deliveries.length;
  }

  sent(): void {}

  delivered({ drop }: Delivery): void {
    this.#delivered++;
    this.#out.write(
      `delivered ${this.#delivered}/${this.#total}  ${printable(drop.key)} (${formatBytes(drop.sizeBytes)})\n`,
    );
  }

  done(): void {}
}

/** Each byte counts twice: once into the source bucket, once into the destination. */
class ProgressBar implements Progress {
  readonly #out: WriteStream;
  readonly #total: number;
  readonly #totalBytes: number;
  readonly #sentBytes = new Map<Drop, number>();
  #delivered = 0;
  #deliveredBytes = 0;
  #drawnAt = 0;

  constructor(out: WriteStream, deliveries: readonly Delivery[]) {
    this.#out = out;
    this.#total = deliveries.length;
    const drops = new Set(deliveries.map(({ drop }) => drop));
    this.#totalBytes = sum([...drops, ...deliveries.map(({ drop }) => drop)].map(({ sizeBytes }) => sizeBytes));
  }

  sent(drop: Drop, sentBytes: number): void {
    this.#sentBytes.set(drop, sentBytes);
    this.#draw();
  }

  delivered({ drop }: Delivery): void {
    this.#delivered++;
    this.#deliveredBytes += drop.sizeBytes;
    this.#draw(this.#delivered === this.#total);
  }

  done(): void {
    this.#out.write('\r\u001b[K');
  }

  #draw(atOnce = false): void {
    if (!atOnce && Date.now() - this.#drawnAt < REDRAW_EVERY_MS) return;
    this.#drawnAt = Date.now();
    const movedBytes = sum([...this.#sentBytes.values()]) + this.#deliveredBytes;
    const share = this.#totalBytes === 0 ? 1 : movedBytes / this.#totalBytes;
    const bar = '█'.repeat(Math.round(share * BAR_WIDTH)).padEnd(BAR_WIDTH, '░');
    const bytes = `${formatBytes(movedBytes)} of ${formatBytes(this.#totalBytes)} moved`;
    this.#out.write(`\r${bar} ${bytes}, ${this.#delivered}/${this.#total} delivered\u001b[K`);
  }
}

function sum(numbers: number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
