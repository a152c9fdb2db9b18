/** A relay in an AWS that is eventually consistent: nothing that is dropped while a change is not seen everywhere is lost in silence. */
import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  DeleteRolePolicyCommand,
  GetRolePolicyCommand,
  ListRolePoliciesCommand,
  PutRolePolicyCommand,
} from '@aws-sdk/client-iam';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  changeSettings,
  closeSound,
  eventually,
  NO_PAUSES,
  SOURCE_BUCKET,
  startTwoAccounts,
  type TwoAccounts,
} from '../../support/two-accounts.ts';
import { deleteRole, turnMapping } from '../../support/unheard.ts';

const MOST_MS = 2_000;
const KEYS_A_CHANGE = 10;
const SEED = randomInt(1_000_000);
const RELAY = 'upload-relay';
/** A busy machine takes its time; where some have no outcome, nobody waits for them. */
const PATIENCE_MS = 30_000;
const SHORT_PATIENCE_MS = 3 * MOST_MS;
const LOOK_MS = 100;
/**
 * After these some uploads may have no outcome yet. S3 tells nobody of an upload before it knows whom to tell. And what the relay may not
 * give back to the queue stays invisible for as long as the queue says, a quarter of an hour.
 */
const LEAVES_SOME = ['the deployment', 'permissions taken away and given back'];

let world: TwoAccounts;

beforeAll(async () => {
  world = await startTwoAccounts({
    change: (stacks) => changeSettings(stacks, NO_PAUSES),
    lateness: { seed: SEED, mostMs: MOST_MS },
  });
});

afterAll(() => closeSound(world));

const CHANGES: Record<string, () => Promise<unknown>> = {
  'the deployment': async () => undefined,
  'a writer role made anew': async () => {
    const makeAgain = await deleteRole(world.b.iam, 'upload-relay-writer');
    await makeAgain();
  },
  'permissions taken away and given back': async () => {
    const { PolicyNames = [] } = await world.a.iam.send(new ListRolePoliciesCommand({ RoleName: RELAY }));
    for (const PolicyName of PolicyNames) {
      const policy = { RoleName: RELAY, PolicyName };
      const { PolicyDocument } = await world.a.iam.send(new GetRolePolicyCommand(policy));
      await world.a.iam.send(new DeleteRolePolicyCommand(policy));
      await sleep(MOST_MS / 4);
      const document = { PolicyDocument: decodeURIComponent(PolicyDocument!) };
      await world.a.iam.send(new PutRolePolicyCommand({ ...policy, ...document }));
    }
  },
  'a mapping turned off and on': async () => {
    await turnMapping(world, false);
    await turnMapping(world, true);
  },
};

describe(`seed ${SEED}`, () => {
  test.each(Object.entries(CHANGES))('right after %s', async (name, change) => {
    await change();
    const keys = Array.from({ length: KEYS_A_CHANGE }, (_, index) => `${name}/${index}`);
    for (const Key of keys) {
      await world.a.s3.send(new PutObjectCommand({ Bucket: SOURCE_BUCKET, Key, Body: Key }));
      await sleep(MOST_MS / KEYS_A_CHANGE);
    }
    const isDone = async () => (await statusesOf(keys)).every((status) => status !== undefined);
    const patienceMs = LEAVES_SOME.includes(name) ? SHORT_PATIENCE_MS : PATIENCE_MS;
    for (let waited = 0; waited < patienceMs && !(await isDone()); waited += LOOK_MS) await sleep(LOOK_MS);
    const statuses = await statusesOf(keys);
    const count = (status: string | undefined) => statuses.filter((each) => each === status).length;
    if (!LEAVES_SOME.includes(name)) expect(count(undefined)).toBe(0);
    let letters = 0;
    await eventually(async () => {
      letters += (await world.deadLetters()).length;
      return letters === count('failed');
    });
    const { payload } = await world.invoke({ prefix: `${name}/` }, 'upload-relay-replay:live');
    expect(payload).toMatchObject({ status: 'done', scanned: KEYS_A_CHANGE });
    await eventually(async () => (await statusesOf(keys)).every((status) => status === 'delivered'));
  });
});

function statusesOf(keys: readonly string[]): Promise<(string | undefined)[]> {
  return Promise.all(keys.map(async (key) => (await world.ledgerItem(key))?.['status']));
}
