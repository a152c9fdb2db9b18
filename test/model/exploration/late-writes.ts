import type { Timeline } from './timeline.ts';

/** The writes that make an object visible, and for how long one that was not answered may still take effect. */
const MAY_TAKE_SECONDS: Readonly<Record<string, number>> = { PutObject: 100, CompleteMultipartUpload: 200 };
export const BOUNDS = { latePutSeconds: 101, lateCompleteSeconds: 201 };

/** What befalls one such write: it isn't answered and takes effect later, or never; or the SDK repeats it at once, and the first one lands later. */
export interface WriteFate {
  how: 'late' | 'lost' | 'repeated' | 'answered';
  /** It takes effect after all that anybody else can do without waiting for it. */
  stalls: boolean;
}

/** Writes that outlive their requests, whoever sent them and whatever became of the sender. */
export class LateWrites {
  readonly #timeline: Timeline;
  readonly #fates: WriteFate[];
  readonly #underWay = new Set<{ mayTakeSeconds: number; landed: Promise<void> }>();
  readonly #beingCompleted = new Set<string>();

  constructor(timeline: Timeline, fates: readonly WriteFate[]) {
    this.#timeline = timeline;
    this.#fates = [...fates];
  }

  /** From now on, every write is answered. */
  cease(): void {
    this.#fates.length = 0;
  }

  /** S3 takes minutes to complete this upload, and says meanwhile that there is none. In other fates it may be completed by a repetition. */
  isBeingCompleted(uploadId: string | undefined): boolean {
    return uploadId !== undefined && this.#beingCompleted.has(uploadId);
  }

  /**
   * Takes the next fate; `land` is what the write does when it takes effect.
   * @param uploadId of a completion
   */
  befall(operation: string, name: string, land: () => unknown, uploadId?: string): WriteFate['how'] {
    const mayTakeSeconds = MAY_TAKE_SECONDS[operation];
    if (mayTakeSeconds === undefined) return 'answered';
    const { how, stalls } = this.#fates.shift() ?? { how: 'answered', stalls: false };
    if (how === 'late' || how === 'repeated') {
      const landing = { mayTakeSeconds, landed: this.#land(name, stalls, land) };
      this.#underWay.add(landing);
      if (how === 'late' && stalls && uploadId !== undefined) this.#beingCompleted.add(uploadId);
      void landing.landed.then(() => {
        this.#underWay.delete(landing);
        if (uploadId !== undefined) this.#beingCompleted.delete(uploadId);
      });
    }
    return how;
  }

  async #land(name: string, stalls: boolean, land: () => unknown): Promise<void> {
    if (stalls) await this.#timeline.stall();
    await this.#timeline.turn(`${name} lands late`);
    try {
      land();
      this.#timeline.tell(`${name} lands late`);
    } catch {
      this.#timeline.tell(`${name} would land late, but is refused`);
    }
  }

  /** Of what is under way now, everything that may take no longer than that has taken effect. */
  async outlasted(seconds: number): Promise<void> {
    const over = [...this.#underWay].filter(({ mayTakeSeconds }) => mayTakeSeconds < seconds);
    await Promise.all(over.map(({ landed }) => landed));
  }
}
