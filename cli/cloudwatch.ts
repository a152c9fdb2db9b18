/** What CloudWatch knows of a relay: its alarms. */
import { sendSigned } from '../functions/aws/signed-request.ts';
import type { Relay } from './relay.ts';

export interface AlarmState {
  name: string;
  state: 'OK' | 'ALARM' | 'INSUFFICIENT_DATA';
  /** ISO 8601. */
  since: string;
  reason: string;
}

interface DescribedAlarm {
  AlarmName: string;
  StateValue: AlarmState['state'];
  /** Seconds since the epoch. */
  StateUpdatedTimestamp: number;
  StateReason: string;
  /** Of one about others. */
  AlarmRule?: string;
}

interface Page {
  MetricAlarms?: DescribedAlarm[];
  CompositeAlarms?: DescribedAlarm[];
  NextToken?: string;
}

const SECOND_MS = 1_000;

/** By name, with the one that is about the others. */
export async function alarmsOf({ signer, name }: Relay): Promise<AlarmState[]> {
  const alarms: DescribedAlarm[] = [];
  let NextToken: string | undefined;
  do {
    const page: Page = await askCloudWatch(signer, 'DescribeAlarms', {
      AlarmNamePrefix: `${name}-`,
      AlarmTypes: ['MetricAlarm', 'CompositeAlarm'],
      NextToken,
    });
    alarms.push(...(page.MetricAlarms ?? []), ...(page.CompositeAlarms ?? []));
    ({ NextToken } = page);
  } while (NextToken !== undefined);
  return ownOf(alarms, `${name}-health`)
    .map(({ AlarmName, StateValue, StateUpdatedTimestamp, StateReason }) => ({
      name: AlarmName,
      state: StateValue,
      since: new Date(StateUpdatedTimestamp * SECOND_MS).toISOString(),
      reason: StateReason,
    }))
    .sort((one, other) => (one.name < other.name ? -1 : 1));
}

/**
 * Those of another relay may begin alike: `upload-relay-two-canary`. The relay's alarm on its health names its own, where they are many by
 * way of other alarms. Pure.
 * @param health the name of that alarm
 */
export function ownOf<A extends Pick<DescribedAlarm, 'AlarmName' | 'AlarmRule'>>(
  alarms: readonly A[],
  health: string,
): readonly A[] {
  if (!alarms.some(({ AlarmName }) => AlarmName === health)) return alarms;
  const own = new Set([health]);
  // A set that grows is gone through to its new end.
  for (const each of own) {
    const { AlarmRule: rule = '' } = alarms.find(({ AlarmName }) => AlarmName === each) ?? {};
    for (const [, name] of rule.matchAll(/alarm:([^"]+)"/g)) own.add(name!);
  }
  return alarms.filter(({ AlarmName }) => own.has(AlarmName));
}

/** It has no client here, but takes AWS JSON. */
export async function askCloudWatch<T>(signer: Relay['signer'], operation: string, input: object): Promise<T> {
  const headers = {
    'content-type': 'application/x-amz-json-1.0',
    'x-amz-target': `GraniteServiceVersion20100801.${operation}`,
  };
  const body = JSON.stringify(input);
  return (await sendSigned(signer, { service: 'monitoring', method: 'POST', path: '/', headers, body })) as T;
}
