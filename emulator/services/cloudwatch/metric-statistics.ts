/** GetMetricStatistics: what was measured, period by period. */
import { z } from 'zod';
import { ApiError } from '../../core/api.ts';
import { type JsonCall, parseInput } from '../../protocols/aws-json.ts';
import type { MetricStore } from './metric-store.ts';

const SECOND_MS = 1_000;
const MINUTE_SECONDS = 60;
/** API Reference, "GetMetricStatistics". */
const MAX_DATAPOINTS = 1_440;

const Parameters = z.strictObject({
  Namespace: z.string().min(1),
  MetricName: z.string().min(1),
  Dimensions: z.array(z.strictObject({ Name: z.string(), Value: z.string() })).default([]),
  /** Seconds since the epoch. */
  StartTime: z.number(),
  EndTime: z.number(),
  Period: z.int().min(MINUTE_SECONDS).multipleOf(MINUTE_SECONDS),
  Statistics: z.array(z.enum(['SampleCount', 'Average', 'Sum', 'Minimum', 'Maximum'])).min(1),
});

/** @throws ApiError `InvalidParameterCombination` for times that follow each other in vain, or too many periods */
export function metricStatistics(metrics: MetricStore, { account, region }: JsonCall, body: string) {
  const asked = parseInput(Parameters, body, 'ValidationError');
  const { Namespace: namespace, MetricName: name, StartTime, EndTime, Period } = asked;
  if (StartTime >= EndTime) {
    const problem = 'The parameter StartTime must be less than the parameter EndTime.';
    throw new ApiError('InvalidParameterCombination', 400, problem);
  }
  // CloudWatch begins with a whole minute.
  const start = Math.floor(StartTime / MINUTE_SECONDS) * MINUTE_SECONDS;
  const count = Math.ceil((EndTime - start) / Period);
  if (count > MAX_DATAPOINTS) {
    const problem = `You have requested up to ${count} datapoints, which exceeds the limit of ${MAX_DATAPOINTS}.`;
    throw new ApiError('InvalidParameterCombination', 400, problem);
  }
  const dimensions = Object.fromEntries(asked.Dimensions.map(({ Name, Value }) => [Name, Value]));
  const id = { account, region, namespace, name, dimensions };
  const datapoints = Array.from({ length: count }, (_, index) => {
    const from = start + index * Period;
    const period = { from: from * SECOND_MS, to: Math.min(EndTime, from + Period) * SECOND_MS };
    const values = asked.Statistics.map((statistic) => [statistic, metrics.statistic(id, statistic, period)] as const);
    // A period without a sample has no datapoint.
    return values.some(([, value]) => value === undefined)
      ? []
      : [{ Timestamp: from, Unit: metrics.unitOf(id), ...Object.fromEntries(values) }];
  });
  return { Label: name, Datapoints: datapoints.flat() };
}
