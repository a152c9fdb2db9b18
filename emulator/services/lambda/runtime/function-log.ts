/** What one execution environment logs: the function's own lines and Lambda's START, END and REPORT around them. */

import type { InvocationResult } from '../../../core/invocation.ts';
import type { LogGroupId } from '../../../core/log-line.ts';
import { arnOf } from '../../../core/partition.ts';

/** What Lambda needs of CloudWatch Logs. */
export interface LogSink {
  hasGroup(group: LogGroupId): boolean;
  createGroup(group: LogGroupId): void;
  append(group: LogGroupId, stream: string, lines: readonly string[]): void;
}

export interface FunctionLogSettings {
  store: LogSink;
  group: LogGroupId;
  stream: string;
  json: boolean;
  /** Lambda's own lines are of level INFO: with `WARN` there are none (JSON format only). */
  systemLevel: string;
  /** Asked of the function's role, as CloudWatch Logs asks it. */
  mayLog: (action: 'logs:CreateLogGroup' | 'logs:CreateLogStream' | 'logs:PutLogEvents', resource: string) => boolean;
}

/** An invocation may ask for the end of its log: `X-Amz-Log-Result: Tail`. */
const TAIL_BYTES = 4096;

export class FunctionLog {
  readonly #settings: FunctionLogSettings;
  readonly #hasStream: boolean;
  #tail = Buffer.alloc(0);

  /** Makes the log group if it is missing and the role may; without the grants everything logged is dropped, as on AWS. */
  constructor(settings: FunctionLogSettings) {
    const { store, group, mayLog } = settings;
    this.#settings = settings;
    if (!store.hasGroup(group) && mayLog('logs:CreateLogGroup', `${groupArn(group)}:log-stream:`)) {
      store.createGroup(group);
    }
    this.#hasStream = store.hasGroup(group) && mayLog('logs:CreateLogStream', this.#streamArn());
  }

  line(text: string): void {
    this.#tail = Buffer.concat([this.#tail, Buffer.from(`${text}\n`)]).subarray(-TAIL_BYTES);
    const { store, group, stream, mayLog } = this.#settings;
    if (this.#hasStream && mayLog('logs:PutLogEvents', this.#streamArn())) store.append(group, stream, [text]);
  }

  start(requestId: string, version: string): void {
    this.#tail = Buffer.alloc(0);
    if (!this.#settings.json) this.line(`START RequestId: ${requestId} Version: ${version}`);
    else this.#platformLine('platform.start', { requestId, version });
  }

  /** @param initDurationMs only for the first invocation of an environment */
  end(requestId: string, outcome: InvocationResult, memorySizeMb: number, initDurationMs: number | undefined): void {
    const durationMs = Number(outcome.durationMs.toFixed(2));
    const billedDurationMs = Math.ceil(durationMs);
    const status = outcome.timedOut ? 'timeout' : outcome.failed ? 'error' : 'success';
    if (this.#settings.json) {
      const sizes = { memorySizeMB: memorySizeMb, maxMemoryUsedMB: outcome.maxMemoryMb };
      const init = initDurationMs === undefined ? {} : { initDurationMs: Number(initDurationMs.toFixed(2)) };
      const metrics = { durationMs, billedDurationMs, ...sizes, ...init };
      this.#platformLine('platform.report', { requestId, metrics, status });
      return;
    }
    if (outcome.timedOut || outcome.maxMemoryMb === 0) {
      const { errorMessage } = JSON.parse(outcome.payload) as { errorMessage: string };
      this.line(`${new Date().toISOString()} ${errorMessage}`);
    }
    this.line(`END RequestId: ${requestId}`);
    const fields = [
      `REPORT RequestId: ${requestId}`,
      `Duration: ${durationMs.toFixed(2)} ms`,
      `Billed Duration: ${billedDurationMs} ms`,
      `Memory Size: ${memorySizeMb} MB`,
      `Max Memory Used: ${outcome.maxMemoryMb} MB`,
      ...(initDurationMs === undefined ? [] : [`Init Duration: ${initDurationMs.toFixed(2)} ms`]),
      ...(status === 'success' ? [] : [`Status: ${status}`]),
    ];
    this.line(fields.join('\t'));
  }

  /** The last 4 KB since `start`. */
  tail(): Buffer {
    return this.#tail;
  }

  #platformLine(type: string, record: Record<string, unknown>): void {
    if (this.#settings.systemLevel === 'WARN') return;
    this.line(JSON.stringify({ time: new Date().toISOString(), type, record }));
  }

  #streamArn(): string {
    return `${groupArn(this.#settings.group)}:log-stream:${this.#settings.stream}`;
  }
}

function groupArn(group: LogGroupId): string {
  return arnOf('logs', group, `log-group:${group.name}`);
}
