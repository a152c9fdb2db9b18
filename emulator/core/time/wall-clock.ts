/** What the clock on the wall shows in a time zone. */
export interface WallTime {
  year: number;
  /** 1–12 */
  month: number;
  day: number;
  hour: number;
  minute: number;
}

export const MINUTE_MS = 60_000;
/** By so many minutes clocks are put back: half an hour on Lord Howe Island, an hour elsewhere. */
const PUT_BACK_MINUTES = [30, 60];

export class WallClock {
  readonly #format: Intl.DateTimeFormat;

  /** @throws RangeError for a time zone that nobody knows */
  constructor(timeZone: string) {
    const numeric = { year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric' } as const;
    this.#format = new Intl.DateTimeFormat('en', { timeZone, hourCycle: 'h23', ...numeric });
  }

  /** @param time milliseconds since the epoch */
  at(time: number): WallTime {
    const parts = new Map(this.#format.formatToParts(time).map(({ type, value }) => [type, Number(value)]));
    const of = (type: Intl.DateTimeFormatPartTypes) => parts.get(type)!;
    return { year: of('year'), month: of('month'), day: of('day'), hour: of('hour'), minute: of('minute') };
  }

  /** Whether the clock has shown this before, since it was put back. */
  showsAgain(time: number): boolean {
    const shown = this.#format.format(time);
    return PUT_BACK_MINUTES.some((minutes) => this.#format.format(time - minutes * MINUTE_MS) === shown);
  }
}
