/** The machines that run: each has an instance profile, and a metadata service that listens. */
import type { Clock } from '../../core/api.ts';
import type { AssumeAsService } from '../../core/credentials.ts';
import { Machine } from './machine.ts';
import type { HeldProfile } from './machine-credentials.ts';

export interface NewMachine {
  account: string;
  region: string;
  /** Its name. */
  instanceProfile: string;
}

interface Options {
  profiles: { find(account: string, name: string): HeldProfile | undefined };
  assume: AssumeAsService;
  clock: Clock;
}

export class Machines {
  readonly #options: Options;
  readonly #running: Machine[] = [];

  constructor(options: Options) {
    this.#options = options;
  }

  /** @throws Error for an instance profile that isn't there */
  async start({ account, region, instanceProfile }: NewMachine): Promise<Machine> {
    const { profiles, ...options } = this.#options;
    // Read at each request: the role in it may change while the machine runs.
    const profile = () => profiles.find(account, instanceProfile);
    if (!profile()) throw new Error(`Instance Profile ${instanceProfile} cannot be found in account ${account}.`);
    const machine = await Machine.start({ account, region, profile, ...options });
    this.#running.push(machine);
    return machine;
  }

  async close(): Promise<void> {
    for (const machine of this.#running) await machine.close();
  }
}
