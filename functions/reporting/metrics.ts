/** Counts deliveries, failures and uploads during an invocation, and publishes them as CloudWatch metrics. */
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import type { RelayConfig } from '../core/config.ts';
import { isReserved } from '../core/reserved-keys.ts';
import type { LargeUploadEvent, RelayMetrics, ReportedReceipt } from '../invocation/invocation.ts';
import type { RelayRequest } from '../request/relay-request.ts';
import { METRICS, METRICS_NAMESPACE } from './metric-names.ts';

type Unit = Parameters<Metrics['addMetric']>[1];

interface RouteTotals {
  objectsDelivered: number;
  bytesDelivered: number;
  objectsFailed: number;
  bytesFailed: number;
  latenciesMs: number[];
}

type Age = 'oldestRequeued' | 'oldestLarge';

/**
 * Without an event, nobody knows whether the relay was late: the object may be older than the relay. What a daily reconciliation finds
 * counts, and what is older doesn't.
 */
const RECENT_MS = 48 * 3_600_000;

/**
 * Publishes one log line for each route at the end of an invocation, which CloudWatch reads as metrics. That costs no request and no
 * permission: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format.html
 */
export class EmbeddedMetrics implements RelayMetrics {
  readonly #serviceName: string;
  readonly #objectiveMs: number;
  readonly #routes = new Map<string, RouteTotals>();
  #inTime: (0 | 1)[] = [];
  readonly #agesMs = new Map<Age, number>();
  readonly #largeUploads = new Map<string, Record<LargeUploadEvent, number>>();

  constructor({ name, objectiveSeconds }: Pick<RelayConfig, 'name' | 'objectiveSeconds'>) {
    this.#serviceName = name;
    this.#objectiveMs = objectiveSeconds * 1000;
  }

  count({ source, hint }: RelayRequest, receipt: ReportedReceipt): void {
    // The canary has alarms of its own.
    if (isReserved(source.key)) return;
    const totals = this.#totalsOf(receipt.route);
    if (receipt.status === 'failed') {
      totals.objectsFailed++;
      totals.bytesFailed += hint?.sizeBytes ?? 0;
      // A slip in a key that somebody asks for by hand is no upload that failed.
      if (hint?.time !== undefined) this.#inTime.push(0);
      return;
    }
    // `already there` counts as neither: nothing was written, and nothing needs mending.
    if (receipt.status !== 'delivered') return;
    totals.objectsDelivered++;
    totals.bytesDelivered += receipt.source.sizeBytes;
    const latencyMs = latencyOf(receipt, hint?.time !== undefined);
    if (latencyMs === undefined) return;
    totals.latenciesMs.push(latencyMs);
    this.#inTime.push(latencyMs <= this.#objectiveMs ? 1 : 0);
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

  countAge(of: Age, ageMs: number): void {
    this.#agesMs.set(of, Math.max(ageMs, this.#agesMs.get(of) ?? 0));
  }

  publish(): void {
    for (const [age, ageMs] of this.#agesMs) {
      this.#metricsOf({})
        .addMetric(METRICS[age], MetricUnit.Seconds, ageMs / 1000)
        .publishStoredMetrics();
    }
    this.#agesMs.clear();
    for (const [route, totals] of this.#routes) publishRoute(this.#metricsOf({ route }), totals);
    if (this.#inTime.length > 0) this.#publishRelay();
    this.#inTime = [];
    this.#routes.clear();
    for (const [route, totals] of this.#largeUploads) publishLargeUploads(this.#metricsOf({ route }), totals);
    this.#largeUploads.clear();
  }

  #publishRelay(): void {
    const latenciesMs = [...this.#routes.values()].flatMap((totals) => totals.latenciesMs);
    const metrics = addAll(this.#metricsOf({}), METRICS.deliveryLatency, MetricUnit.Milliseconds, latenciesMs);
    addAll(metrics, METRICS.deliveredInTime, MetricUnit.Count, this.#inTime).publishStoredMetrics();
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

/** Undefined for an object that was asked for without an event and is no recent upload. */
function latencyOf(
  { source, startedAt, durationMs }: Extract<ReportedReceipt, { status: 'delivered' }>,
  hasEvent: boolean,
): number | undefined {
  const latencyMs = Math.max(0, Date.parse(startedAt) + durationMs - Date.parse(source.uploadedAt ?? ''));
  return Number.isNaN(latencyMs) || (!hasEvent && latencyMs > RECENT_MS) ? undefined : latencyMs;
}

/** Zeros are published, too: a graph then shows that nothing failed, rather than no data. */
function publishRoute(metrics: Metrics, totals: RouteTotals): void {
  metrics.addMetric(METRICS.objectsDelivered, MetricUnit.Count, totals.objectsDelivered);
  metrics.addMetric(METRICS.bytesDelivered, MetricUnit.Bytes, totals.bytesDelivered);
  metrics.addMetric(METRICS.objectsFailed, MetricUnit.Count, totals.objectsFailed);
  metrics.addMetric(METRICS.bytesFailed, MetricUnit.Bytes, totals.bytesFailed);
  addAll(metrics, METRICS.deliveryLatency, MetricUnit.Milliseconds, totals.latenciesMs).publishStoredMetrics();
}

/** A line holds a hundred values of a metric; Powertools begins another one by itself. */
function addAll(metrics: Metrics, name: string, unit: Unit, values: readonly number[]): Metrics {
  for (const value of values) metrics.addMetric(name, unit, value);
  return metrics;
}

function publishLargeUploads(metrics: Metrics, totals: Record<LargeUploadEvent, number>): void {
  for (const event of Object.keys(totals) as LargeUploadEvent[]) {
    metrics.addMetric(METRICS[event], MetricUnit.Count, totals[event]);
  }
  metrics.publishStoredMetrics();
}
