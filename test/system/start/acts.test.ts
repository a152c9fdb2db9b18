/** `npm run local`: what it takes, and what it says to a mistake. What it does is typed by test/acceptance/scenarios/by-hand.test.ts. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { LocalCloud } from '../../../emulator/index.ts';
import { askToAct, listenForControl } from '../../../local/start/control.ts';
import { MovableTime } from '../../../local/start/movable-time.ts';
import { placeIn } from '../../../local/start/place.ts';
import { startProgram } from '../../support/started.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'acts-'));
});
afterAll(() => rm(folder, { recursive: true }));

test.each([
  [['sleep', '1'], 'There is no "sleep" to be done.'],
  [['wait'], '"wait" takes one word.'],
  [['wait', '0'], 'MINUTES is "0": it must be a whole number from 1 to 1000000.'],
  [['machine', '1', 'app'], 'ACCOUNT is "1": it must have 12 digits.'],
  [['sign-in', '111111111111', 'Set'], '"sign-in" takes three or four words.'],
  [['sign-in', '111111111111', 'Set', 'pat', 'nowhere.json'], 'FILE is "nowhere.json", and holds no policy:'],
  [['root', '111111111111', '--fast'], "Unknown option '--fast'"],
  [['wait', '16'], 'Nothing runs in this folder.'],
])('%j is answered by a sentence', async (args, words) => {
  const { output, exitCode } = startProgram(args, folder, {}, 'acts.ts');
  expect(await exitCode).toBe(2);
  expect(output()).toContain(words);
  expect(output().trim().split('\n')).toHaveLength(1);
});

test('without a word it says what there is', async () => {
  const { output, exitCode } = startProgram([], folder, {}, 'acts.ts');
  expect(await exitCode).toBe(0);
  expect(output()).toContain('npm run local -- wait MINUTES');
});

test('what can’t be done is told in the words of the local AWS', async () => {
  const cloud = await LocalCloud.start({ stacks: [], accountsWithOperator: ['111111111111'] });
  const here = placeIn(folder);
  const control = await listenForControl({ cloud, time: new MovableTime() }, here);
  const place = { account: '111111111111', region: 'us-east-1' };
  await expect(askToAct({ act: 'machine', ...place, instanceProfile: 'app' }, here)).rejects.toThrow(
    'Instance Profile app cannot be found in account 111111111111.',
  );
  await expect(
    askToAct({ act: 'sign-in', ...place, account: '222222222222', permissionSet: 'Set', user: 'pat' }, here),
  ).rejects.toThrow("Account 222222222222 can't be found.");
  control.close();
  await cloud.close();
});
