/**
 * The embedded metric format: a log line that is JSON with `_aws.CloudWatchMetrics` holds metrics besides.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
import { z } from 'zod';
import type { LogLine } from '../../core/log-line.ts';
import type { Datum } from './metric-store.ts';

const UNITS = [
  'Seconds Microseconds Milliseconds Bytes Kilobytes Megabytes Gigabytes Terabytes Bits Kilobits Megabits Gigabits Terabits',
  'Percent Count None',
]
  .join(' ')
  .split(' ');

const Definition = z.strictObject({
  Name: z.string().min(1).max(1024),
  Unit: z.enum(UNITS as [string, ...string[]]).default('None'),
  StorageResolution: z.union([z.literal(1), z.literal(60)]).optional(),
});
const Directive = z.strictObject({
  Namespace: z.string().min(1).max(1024),
  Dimensions: z.array(z.array(z.string()).max(30)).min(1),
  Metrics: z.array(Definition).max(100),
});
const Metadata = z.looseObject({ Timestamp: z.int().positive(), CloudWatchMetrics: z.array(Directive) });

/** A metric's value, or up to a hundred of them. */
const Values = z.union([z.number().transform((value) => [value]), z.array(z.number()).min(1).max(100)]);

/**
 * @returns nothing for a line that is not in this format
 * @throws Error for one that nearly is: CloudWatch would drop its metrics, and only count an EMFValidationErrors somewhere
 */
export function embeddedMetrics({ group: { account, region }, text }: LogLine): Datum[] {
  const document = parse(text);
  if (document === undefined) return [];
  const metadata = Metadata.safeParse(document['_aws']);
  if (!metadata.success)
    throw new Error(`Not in the embedded metric format: ${z.prettifyError(metadata.error)}: ${text}`);
  const { Timestamp: time, CloudWatchMetrics } = metadata.data;
  return CloudWatchMetrics.flatMap(({ Namespace: namespace, Dimensions, Metrics }) =>
    Dimensions.flatMap((names) => {
      const dimensions = Object.fromEntries(names.map((name) => [name, dimensionOf(document, name)]));
      return Metrics.map(({ Name: name, Unit: unit }) => {
        const values = Values.safeParse(document[name]);
        if (!values.success) throw new Error(`Metric ${name} has no value, or no number: ${text}`);
        return { account, region, namespace, name, dimensions, unit, time, values: values.data };
      });
    }),
  );
}

function parse(text: string): Record<string, unknown> | undefined {
  if (!text.startsWith('{') || !text.includes('"_aws"')) return undefined;
  try {
    const document: unknown = JSON.parse(text);
    return typeof document === 'object' && document !== null && '_aws' in document ? { ...document } : undefined;
  } catch {
    return undefined;
  }
}

function dimensionOf(document: Record<string, unknown>, name: string): string {
  const value = document[name];
  if (typeof value !== 'string' || value === '')
    throw new Error(`Dimension ${name} has no text: ${JSON.stringify(document)}`);
  return value;
}
