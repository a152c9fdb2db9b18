/** What people do to a running `npm start` that no API of AWS does: time passes, a machine starts, somebody signs in. */
import type { Assignment, LocalCloud } from '../../emulator/index.ts';
import type { MovableTime } from './movable-time.ts';
import { UserError } from './user-error.ts';

export interface World {
  cloud: LocalCloud;
  time: MovableTime;
}

export type Act =
  | { act: 'wait'; minutes: number }
  | { act: 'machine'; account: string; region: string; instanceProfile: string }
  | ({ act: 'sign-in' } & Assignment)
  | { act: 'root'; account: string };

/** @throws UserError in the words of AWS for what can't be done */
export async function perform({ cloud, time }: World, act: Act): Promise<object> {
  try {
    switch (act.act) {
      case 'wait':
        time.pass(act.minutes);
        return { now: new Date(time.now()) };
      case 'machine': {
        const { url, instanceId } = await cloud.startMachine(act);
        return { url, instanceId };
      }
      case 'sign-in':
        return cloud.signIn(act);
      case 'root':
        return cloud.directory.addRootKey(act.account);
    }
  } catch (error) {
    throw new UserError((error as Error).message);
  }
}
