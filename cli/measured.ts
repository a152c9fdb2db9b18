/** What CloudWatch has measured of a relay. */
import { METRICS, METRICS_NAMESPACE } from '../functions/reporting/metric-names.ts';
import { askCloudWatch } from './cloudwatch.ts';
import type { Relay } from './relay.ts';

type Statistic = 'Maximum' | 'Sum' | 'SampleCount';

interface Asked {
  namespace: string;
  name: string;
  dimension: [name: string, value: string];
  statistics: Statistic[];
  minutes: number;
}

type Measured = Partial<Record<Statistic, number>>;

export interface Deliveries {
  /** Objects that were delivered, or failed for good; each counts once for each route. */
  settled: number;
  /** Of these, so many were delivered within the relay's objective. */
  inTime: number;
}

const HOUR_MINUTES = 60;
/** SQS tells its metrics each minute, and a few minutes late. */
const RECENT_MINUTES = 10;
const MINUTE_SECONDS = 60;
const SECOND_MS = 1_000;

/** Of the last hour. */
export async function deliveriesOf({ signer, name }: Relay): Promise<Deliveries> {
  const { SampleCount = 0, Sum = 0 } = await measure(signer, {
    namespace: METRICS_NAMESPACE,
    name: METRICS.deliveredInTime,
    dimension: ['service', name],
    statistics: ['SampleCount', 'Sum'],
    minutes: HOUR_MINUTES,
  });
  return { settled: SampleCount, inTime: Sum };
}

/** How long the oldest message has been in the relay's queue. Undefined for a queue that nothing has happened to for hours. */
export async function oldestSecondsOf({ signer, names }: Relay): Promise<number | undefined> {
  const { Maximum } = await measure(signer, {
    namespace: 'AWS/SQS',
    name: 'ApproximateAgeOfOldestMessage',
    dimension: ['QueueName', names.queue],
    statistics: ['Maximum'],
    minutes: RECENT_MINUTES,
  });
  return Maximum;
}

/** In one period, that ends now; nothing of what has no sample in it. */
async function measure(signer: Relay['signer'], asked: Asked): Promise<Measured> {
  const { namespace, name, dimension, statistics, minutes } = asked;
  const [Name, Value] = dimension;
  const EndTime = Math.ceil(Date.now() / SECOND_MS) + MINUTE_SECONDS;
  const { Datapoints } = await askCloudWatch<{ Datapoints?: Measured[] }>(signer, 'GetMetricStatistics', {
    Namespace: namespace,
    MetricName: name,
    Dimensions: [{ Name, Value }],
    StartTime: EndTime - minutes * MINUTE_SECONDS,
    EndTime,
    // The first period begins with a whole minute, so that there may be two.
    Period: (minutes + 1) * MINUTE_SECONDS,
    Statistics: statistics,
  });
  return Datapoints?.at(-1) ?? {};
}
