/** What a running `npm start` is asked for that no API of AWS does: time passes, a machine starts, somebody signs in, a scenario comes up. */
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../../cli/terminal/user-error.ts';
import { type Assignment, type LocalCloud, readAssembly, type Template, templateStack } from '../../emulator/index.ts';
import { synthesize } from '../synth.ts';
import type { MovableTime } from './movable-time.ts';

export interface World {
  cloud: LocalCloud;
  time: MovableTime;
  /** Holds everything that is written, and goes with the session. */
  folder: string;
}

interface StackPlace {
  account: string;
  region: string;
  name: string;
}

export type Act =
  | { act: 'wait'; minutes: number }
  | { act: 'machine'; account: string; region: string; instanceProfile: string }
  | ({ act: 'sign-in' } & Assignment)
  | { act: 'root'; account: string }
  | ({ act: 'deploy-template'; file: string; parameters?: Record<string, string> } & StackPlace)
  // It answers with the file that holds the context, for `npx cdk`.
  | { act: 'deploy-relay'; context: unknown };

/** What a template's stack tells. */
export interface Deployed {
  outputs: Readonly<Record<string, string>>;
}

/** @throws UserError in the words of AWS for what can't be done */
export async function perform({ cloud, time, folder }: World, act: Act): Promise<object> {
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
      case 'deploy-template': {
        const { account, region, name, file, parameters = {} } = act;
        const template = JSON.parse(await readFile(file, 'utf8')) as Template;
        await cloud.deploy(templateStack({ account, region, name, template, parameters }));
        return { outputs: cloud.outputs(name, account, region) };
      }
      case 'deploy-relay': {
        const assembly = await mkdtemp(join(folder, 'relay-'));
        const file = `${assembly}.json`;
        await writeFile(file, JSON.stringify(act.context, undefined, 2));
        await synthesize(assembly, act.context);
        for (const stack of readAssembly(assembly)) await cloud.deploy(stack);
        return { file };
      }
    }
  } catch (error) {
    throw new UserError((error as Error).message);
  }
}
