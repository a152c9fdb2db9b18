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
}

interface Page {
  MetricAlarms?: DescribedAlarm[];
  CompositeAlarms?: DescribedAlarm[];
  NextToken?: string;
}

const SECOND_MS = 1_000;

/** By name. Their names begin with the relay's; those of a relay whose name only begins alike are left out where they can be told. */
export async function alarmsOf({ signer, name }: Relay): Promise<AlarmState[]> {
  const alarms: DescribedAlarm[] = [];
  let NextToken: string | undefined;
  do {
    const page: Page = await describe(signer, {
      AlarmNamePrefix: `${name}-`,
      AlarmTypes: ['MetricAlarm', 'CompositeAlarm'],
      NextToken,
    });
    alarms.push(...(page.MetricAlarms ?? []), ...(page.CompositeAlarms ?? []));
    ({ NextToken } = page);
  } while (NextToken !== undefined);
  return alarms
    .map(({ AlarmName, StateValue, StateUpdatedTimestamp, StateReason }) => ({
      name: AlarmName,
      state: StateValue,
      since: new Date(StateUpdatedTimestamp * SECOND_MS).toISOString(),
      reason: StateReason,
    }))
    .sort((one, other) => (one.name < other.name ? -1 : 1));
}

async function describe(signer: Relay['signer'], input: object): Promise<Page> {
  const headers = {
    'content-type': 'application/x-amz-json-1.0',
    'x-amz-target': 'GraniteServiceVersion20100801.DescribeAlarms',
  };
  const body = JSON.stringify(input);
  return (await sendSigned(signer, { service: 'monitoring', method: 'POST', path: '/', headers, body })) as Page;
}
