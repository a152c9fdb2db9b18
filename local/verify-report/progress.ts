/** Tells on standard error how far a verification is. */
import type { Outcome } from './outcome.ts';
import type { Manifest, Part } from './report.ts';

const EVERY_MS = 5_000;

export class Progress {
  readonly #total: number;
  readonly #outcome: Outcome;
  #lines = 0;
  #toldAt = Date.now();

  constructor({ parts }: Manifest, outcome: Outcome) {
    this.#total = parts.reduce((sum, { lines }) => sum + lines, 0);
    this.#outcome = outcome;
  }

  tick(): void {
    this.#lines += 1;
    if (Date.now() >= this.#toldAt + EVERY_MS) this.#tell('');
  }

  partDone({ key }: Part): void {
    this.#tell(`${key} done, `);
  }

  #tell(what: string): void {
    this.#toldAt = Date.now();
    const figures = [this.#lines, this.#total, this.#outcome.differences].map((count) => count.toLocaleString('en-US'));
    process.stderr.write(`${what}${figures[0]} of ${figures[1]} lines, ${figures[2]} differences\n`);
  }
}
