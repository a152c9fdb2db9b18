/** Looks what the last comparisons of source and ledger have found: only they see what is lost behind the door. */
import { readComparisonsStatement } from '../aws/door-policies.ts';
import { METRICS } from '../reporting/metric-names.ts';
import { type Door, lookAt, mend, ownArn } from './door-context.ts';
import { type Finding, ok, skipped } from './line.ts';

/** A comparison a day, and two hours for it. */
const LOOK_BACK_MS = 26 * 3_600_000;
/** CloudWatch Logs answers page by page, also with empty ones: far more than a day of this log has. */
const MOST_PAGES = 100;

interface LogEvent {
  /** Milliseconds since the epoch. */
  timestamp: number;
  message: string;
}

/** The lines are those that `reporting/reconciliation-metrics.ts` writes. */
export function sourceAndLedgerAgree(door: Door, logGroup: string): Promise<Finding> {
  return lookAt(
    door,
    linesAbout(door, logGroup),
    readComparisonsStatement(ownArn(door, 'logs', `log-group:${logGroup}:*`)),
    (events) => judge(door, logGroup, events),
    () => skipped('nothing has been compared yet'),
  );
}

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_FilterLogEvents.html */
async function linesAbout({ clients }: Door, logGroupName: string): Promise<LogEvent[]> {
  const startTime = Date.now() - LOOK_BACK_MS;
  const filterPattern = `{ $.${METRICS.objectsMissing} >= 0 }`;
  const found: LogEvent[] = [];
  let nextToken: string | undefined;
  for (let page = 1; page <= MOST_PAGES; page++) {
    const answer = (await clients.services({
      service: 'logs',
      method: 'POST',
      path: '/',
      headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': 'Logs_20140328.FilterLogEvents' },
      body: JSON.stringify({ logGroupName, startTime, filterPattern, nextToken }),
    })) as { events?: LogEvent[]; nextToken?: string };
    found.push(...(answer.events ?? []));
    nextToken = answer.nextToken;
    if (nextToken === undefined) break;
  }
  return found;
}

/** Pure. */
function judge(door: Door, logGroup: string, events: readonly LogEvent[]): Finding {
  if (events.length === 0) return skipped('nothing has been compared for a day');
  const counts = events.map(({ message, timestamp }) => {
    const missing = (JSON.parse(message) as Record<string, number>)[METRICS.objectsMissing]!;
    return { missing, at: new Date(timestamp).toISOString() };
  });
  const worst = counts.reduce((one, other) => (other.missing > one.missing ? other : one));
  if (worst.missing === 0) return ok('nothing was missing in the last day');
  const change = `They were sent to the relay once more, except archived ones. Find out why it never heard of them: see the other lines, and ask who purged the queue or deleted messages. Log group ${logGroup} names them ("no receipt").`;
  return mend(door, `${worst.missing} objects had no receipt at ${worst.at}`, change);
}
