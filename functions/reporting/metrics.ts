/** Counts deliveries, failures and uploads during an invocation, and publishes them as CloudWatch metrics. */
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import type { LargeUploadEvent, RelayMetrics, ReportedReceipt } from '../invocation/invocation.ts';
import type { RelayRequest } from '../request/relay-request.ts';
import { METRICS, METRICS_NAMESPACE } from './metric-names.ts';

interface RouteTotals {
  objectsDelivered: number;
  bytesDelivered: number;
  objectsFailed: number;
  bytesFailed: number;
  latenciesMs: number[];
}

/**
 * Publishes one log line for each route at the end of an invocation, which CloudWatch reads as metrics. That costs no request and no
 * permission: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format.html
 */
export class EmbeddedMetrics implements RelayMetrics {
  readonly #serviceName: string;
  readonly #routes = new Map<string, RouteTotals>();
  #oldestRequeuedMs: number | undefined;
  readonly #largeUploads = new Map<string, Record<LargeUploadEvent, number>>();

  /** @param serviceName the relay's name */
  constructor(serviceName: string) {
    this.#serviceName = serviceName;
  }

  count({ hint }: RelayRequest, receipt: ReportedReceipt, finishedAt: Date): void {
    const totals = this.#totalsOf(receipt.route);
    if (receipt.status === 'failed') {
      totals.objectsFailed++;
      totals.bytesFailed += hint?.sizeBytes ?? 0;
      return;
    }
    // `already there` counts as neither: nothing was written, and nothing needs mending.
    if (receipt.status !== 'delivered') return;
    totals.objectsDelivered++;
    totals.bytesDelivered += receipt.source.sizeBytes;
    // The time of an event about another version does not tell how long this one waited.
    const isOfThisVersion = receipt.source.sequencer !== undefined;
    if (isOfThisVersion && hint?.time)
      totals.latenciesMs.push(Math.max(0, finishedAt.getTime() - Date.parse(hint.time)));
  }

  countLargeUpload(route: string, event: LargeUploadEvent): void {
    const totals = this.#largeUploads.get(route) ?? {
      largeUploadsBegun: 0,
      largeUploadsFinished: 0,
      orphanedUploads: 0,
    };
    totals[event]++;
    this.#largeUploads.set(route, totals);
  }

  countRequeued(ageMs: number): void {
    this.#oldestRequeuedMs = Math.max(ageMs, this.#oldestRequeuedMs ?? 0);
  }

  publish(): void {
    if (this.#oldestRequeuedMs !== undefined) publishRequeued(this.#metricsOf({}), this.#oldestRequeuedMs);
    this.#oldestRequeuedMs = undefined;
    for (const [route, totals] of this.#routes) publishRoute(this.#metricsOf({ route }), totals);
    const latenciesMs = [...this.#routes.values()].flatMap((totals) => totals.latenciesMs);
    if (latenciesMs.length > 0) addLatencies(this.#metricsOf({}), latenciesMs).publishStoredMetrics();
    this.#routes.clear();
    for (const [route, totals] of this.#largeUploads) publishLargeUploads(this.#metricsOf({ route }), totals);
    this.#largeUploads.clear();
  }

  #metricsOf(defaultDimensions: Record<string, string>): Metrics {
    return new Metrics({ namespace: METRICS_NAMESPACE, serviceName: this.#serviceName, defaultDimensions });
  }

  #totalsOf(route: string): RouteTotals {
    const existing = this.#routes.get(route);
    if (existing) return existing;
    const created = { objectsDelivered: 0, bytesDelivered: 0, objectsFailed: 0, bytesFailed: 0, latenciesMs: [] };
    this.#routes.set(route, created);
    return created;
  }
}

function publishRequeued(metrics: Metrics, ageMs: number): void {
  metrics.addMetric(METRICS.oldestRequeued, MetricUnit.Seconds, ageMs / 1000);
  metrics.publishStoredMetrics();
}

/** Zeros are published, too: a graph then shows that nothing failed, rather than no data. */
function publishRoute(metrics: Metrics, totals: RouteTotals): void {
  metrics.addMetric(METRICS.objectsDelivered, MetricUnit.Count, totals.objectsDelivered);
  metrics.addMetric(METRICS.bytesDelivered, MetricUnit.Bytes, totals.bytesDelivered);
  metrics.addMetric(METRICS.objectsFailed, MetricUnit.Count, totals.objectsFailed);
  metrics.addMetric(METRICS.bytesFailed, MetricUnit.Bytes, totals.bytesFailed);
  addLatencies(metrics, totals.latenciesMs).publishStoredMetrics();
}

function addLatencies(metrics: Metrics, latenciesMs: readonly number[]): Metrics {
  for (const latencyMs of latenciesMs) {
    metrics.addMetric(METRICS.deliveryLatency, MetricUnit.Milliseconds, latencyMs);
  }
  return metrics;
}

function publishLargeUploads(metrics: Metrics, totals: Record<LargeUploadEvent, number>): void {
  for (const event of Object.keys(totals) as LargeUploadEvent[]) {
    metrics.addMetric(METRICS[event], MetricUnit.Count, totals[event]);
  }
  metrics.publishStoredMetrics();
}
