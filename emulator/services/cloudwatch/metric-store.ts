/** CloudWatch's metrics, in memory: what functions log in the embedded metric format, and what AWS's services vend of themselves. */

export interface MetricId {
  account: string;
  region: string;
  namespace: string;
  name: string;
  dimensions: Record<string, string>;
}

export interface Datum extends MetricId {
  unit: string;
  /** Milliseconds since the epoch. */
  time: number;
  values: readonly number[];
}

export interface Period {
  /** From (included) to (excluded), milliseconds since the epoch. */
  from: number;
  to: number;
}

/** `Sum`, `Average`, `Minimum`, `Maximum`, `SampleCount`, or a percentile such as `p99`. */
export type Statistic = string;

interface Series {
  id: MetricId;
  unit: string;
  samples: { time: number; value: number }[];
}

/** So many samples of a metric stay; the oldest go first. */
const SAMPLES_KEPT = 200_000;

export class MetricStore {
  readonly #series = new Map<string, Series>();

  /** @throws Error when a metric changes its unit, which would sum up different things */
  put({ unit, time, values, ...id }: Datum): void {
    const key = keyOf(id);
    const series = this.#series.get(key) ?? { id, unit, samples: [] };
    if (series.unit !== unit) throw new Error(`Metric ${key} has the unit ${series.unit}, and now comes in ${unit}`);
    this.#series.set(key, series);
    series.samples.push(...values.map((value) => ({ time, value })));
    if (series.samples.length > SAMPLES_KEPT) series.samples.splice(0, series.samples.length - SAMPLES_KEPT);
  }

  /** Every metric that has been heard of. */
  ids(): MetricId[] {
    return [...this.#series.values()].map(({ id }) => id);
  }

  /** @returns undefined for a metric that nobody has heard of */
  unitOf(id: MetricId): string | undefined {
    return this.#series.get(keyOf(id))?.unit;
  }

  /** @returns undefined for a metric without a sample in that time: missing is not zero */
  statistic(id: MetricId, statistic: Statistic, { from, to }: Period): number | undefined {
    const samples = this.#series.get(keyOf(id))?.samples ?? [];
    const values = samples.filter(({ time }) => time >= from && time < to).map(({ value }) => value);
    return values.length === 0 ? undefined : compute(statistic, values);
  }
}

/** Percentiles by the nearest rank: exact, where CloudWatch estimates. */
function compute(statistic: Statistic, values: number[]): number {
  const sum = values.reduce((total, value) => total + value, 0);
  switch (statistic) {
    case 'Sum':
      return sum;
    case 'Average':
      return sum / values.length;
    case 'Minimum':
      return values.reduce((least, value) => Math.min(least, value));
    case 'Maximum':
      return values.reduce((most, value) => Math.max(most, value));
    case 'SampleCount':
      return values.length;
  }
  const percent = Number(/^p(\d{1,2}(?:\.\d+)?|100)$/.exec(statistic)?.[1] ?? Number.NaN);
  if (Number.isNaN(percent)) throw new Error(`The statistic ${statistic} is not known here`);
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)]!;
}

function keyOf({ account, region, namespace, name, dimensions }: MetricId): string {
  const pairs = Object.entries(dimensions).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([account, region, namespace, name, pairs]);
}
