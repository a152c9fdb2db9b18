/** The body of a dashboard, as far as `infra/constructs/dashboard.ts` makes use of it: alarms and graphs over time. */
import { z } from 'zod';
import type { MetricId, MetricStore, Statistic } from '../../emulator/index.ts';

interface Place {
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface AlarmsWidget extends Place {
  kind: 'alarms';
  title: string;
  /** ARNs. */
  alarms: string[];
}

export interface GraphWidget extends Place {
  kind: 'graph';
  title: string;
  lines: { label: string; metric: MetricId; statistic: Statistic }[];
  /** Horizontal lines, such as an objective. */
  marks: { value: number; label: string }[];
}

export type Widget = AlarmsWidget | GraphWidget;

const place = { x: z.number(), y: z.number(), width: z.number(), height: z.number() };
const AlarmsShape = z.strictObject({
  ...place,
  type: z.literal('alarm'),
  properties: z.strictObject({ title: z.string(), alarms: z.array(z.string()) }),
});
const Options = z.strictObject({
  label: z.string(),
  stat: z.string().default('Average'),
  period: z.number().optional(),
});
const Mark = z.strictObject({ value: z.number(), label: z.string(), yAxis: z.literal('left') });
const GraphShape = z.strictObject({
  ...place,
  type: z.literal('metric'),
  properties: z.strictObject({
    view: z.literal('timeSeries'),
    title: z.string(),
    region: z.string(),
    metrics: z.array(z.array(z.union([z.string(), Options]))),
    yAxis: z.unknown(),
    annotations: z.strictObject({ horizontal: z.array(Mark) }).optional(),
  }),
});
const Body = z.object({ widgets: z.array(z.discriminatedUnion('type', [AlarmsShape, GraphShape])) });

/** @throws ZodError for a widget of another kind */
export function widgetsOf(body: unknown, account: string): Widget[] {
  return Body.parse(body).widgets.map((widget): Widget => {
    const { x, y, width, height } = widget;
    const { title } = widget.properties;
    if (widget.type === 'alarm')
      return { kind: 'alarms', x, y, width, height, title, alarms: widget.properties.alarms };
    const { metrics, region, annotations } = widget.properties;
    const lines = metrics.map((entry) => lineOf(entry, account, region));
    return { kind: 'graph', x, y, width, height, title, lines, marks: annotations?.horizontal ?? [] };
  });
}

/** `[namespace, name, dimension, value, …, { label, stat }]` */
function lineOf(
  entry: (string | z.output<typeof Options>)[],
  account: string,
  region: string,
): GraphWidget['lines'][number] {
  const { label, stat } = Options.parse(entry.at(-1));
  const [namespace = '', name = '', ...pairs] = entry.slice(0, -1) as string[];
  const dimensions: Record<string, string> = {};
  for (let at = 0; at < pairs.length; at += 2) dimensions[pairs[at]!] = pairs[at + 1]!;
  return { label, statistic: stat, metric: { account, region, namespace, name, dimensions } };
}

export interface Point {
  /** Seconds since the beginning. */
  second: number;
  value: number;
}

/** One point per bucket that has a sample. */
export function pointsOf(
  metrics: MetricStore,
  { metric, statistic }: GraphWidget['lines'][number],
  span: { from: number; to: number; bucketSeconds: number },
): Point[] {
  const points: Point[] = [];
  const bucketMs = span.bucketSeconds * 1000;
  for (let from = span.from; from < span.to; from += bucketMs) {
    const value = metrics.statistic(metric, statistic, { from, to: from + bucketMs });
    if (value !== undefined) points.push({ second: (from - span.from) / 1000 + span.bucketSeconds / 2, value });
  }
  return points;
}
