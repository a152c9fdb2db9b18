/** Relays beside each other: each works, and each is taken down without touching the other. */
import { afterEach, describe, expect, test, vi } from 'vitest';
import { LocalCloud, type StackInput } from '../../emulator/index.ts';
import { type CommittedContext, committedContext } from '../support/stacks.ts';
import { REPORT_BUCKET } from '../support/two-accounts.ts';
import { invoices, onward, partner } from './examples.ts';
import { relays, stacksOf } from './relays.ts';

/** Each test deploys two relays. */
vi.setConfig({ testTimeout: 180_000 });

let cloud: LocalCloud;

afterEach(async () => {
  expect(cloud.unexpectedErrors).toEqual([]);
  expect(cloud.deliveryFailures).toEqual([]);
  await cloud.close();
});

const isDestination = ({ name }: StackInput) => name.endsWith('-destination');

describe.each<[string, CommittedContext]>([
  ['two relays in one account, into one account', invoices()],
  ['two companies, into one account', partner()],
  ['from the destination’s account on to a third', onward()],
])('%s', (_, second) => {
  test('both relay, and the one goes without touching the other', async () => {
    const first = committedContext();
    const firstStacks = await stacksOf(first);
    cloud = await LocalCloud.start({ stacks: firstStacks });
    const alone = await cloud.inventory();
    const secondStacks = await stacksOf(second);
    for (const stack of secondStacks) await cloud.deploy(stack);
    await relays(cloud, first, 'of-the-first');
    await relays(cloud, second, 'of-the-second');
    await cloud.settled();

    for (const stack of firstStacks) await cloud.destroy(stack);
    await relays(cloud, second, 'of-the-second, alone');
    await cloud.settled();
    const { name } = second.relay as { name: string };
    expect((await cloud.inventory()).filter((each) => alone.includes(each))).toEqual([
      'arn:aws:dynamodb:us-east-1:111111111111:table/upload-relay-ledger',
      'arn:aws:s3:::upload-relay-destination-222222222222',
      `arn:aws:s3:::${REPORT_BUCKET}`,
      'arn:aws:s3:::upload-relay-source-111111111111',
    ]);
    expect(JSON.stringify(cloud.stack(`${name}-destination`).resources)).toContain(`${name}-writer`);
  });
});

describe('another company that gave its relay no name', () => {
  const unnamed: CommittedContext = { ...partner(), relay: {} };

  test('is refused in account B, and the first company’s relay works on', async () => {
    const first = committedContext();
    cloud = await LocalCloud.start({ stacks: await stacksOf(first) });
    const before = await cloud.inventory();
    const destination = (await stacksOf(unnamed)).find(isDestination)!;
    await expect(cloud.deploy(destination)).rejects.toThrow(
      "The stack is another relay's, and arn:aws:iam::555555555555:role/partner would take its place: give this relay a name of its own",
    );
    expect(await cloud.inventory()).toEqual(before);
    await relays(cloud, first, 'still');
    await cloud.settled();
  });

  test('is refused in its own account as well, where a relay of no name is already', async () => {
    const first = committedContext();
    cloud = await LocalCloud.start({ stacks: await stacksOf(first) });
    const second: CommittedContext = { ...invoices(), relay: {} };
    for (const stack of await stacksOf(second)) {
      await expect(cloud.deploy(stack)).rejects.toThrow("The stack is another relay's");
    }
    await relays(cloud, first, 'still');
    await cloud.settled();
  });

  test('may take the stack over where it says that it has moved', async () => {
    cloud = await LocalCloud.start({ stacks: (await stacksOf(committedContext())).filter(isDestination) });
    const destination = (await stacksOf(unnamed)).find(isDestination)!;
    const parameters = { ServesRelay: 'arn:aws:iam::555555555555:role/partner' };
    await cloud.deploy({ ...destination, parameters });
    expect(cloud.stack('upload-relay-destination').parameters).toEqual(parameters);
  });
});

describe('a second relay of account A that was given no name', () => {
  const unnamed: CommittedContext = { ...invoices(), relay: {} };

  test('is refused on either side, and the first one works on', async () => {
    const first = committedContext();
    cloud = await LocalCloud.start({ stacks: await stacksOf(first) });
    const before = await cloud.inventory();
    const [source] = (await stacksOf(unnamed)).filter((stack) => !isDestination(stack));
    await expect(cloud.deploy(source!)).rejects.toThrow(
      "The stack is another relay's, and arn:aws:s3:::invoices-source-111111111111 would take its place: give this relay a name of its own",
    );
    await expect(cloud.deploy((await stacksOf(unnamed)).find(isDestination)!)).rejects.toThrow('ServesOneRelay');
    expect(await cloud.inventory()).toEqual(before);
    await relays(cloud, first, 'still');
    await cloud.settled();
  });

  test('may take the stack over where it says that its source bucket is another one now', async () => {
    const first = committedContext();
    cloud = await LocalCloud.start({ stacks: await stacksOf(first) });
    const moved = { ...first, source: { ...first.source, bucket: 'moved-to' } };
    const [source] = (await stacksOf(moved)).filter((stack) => !isDestination(stack));
    await cloud.deploy({ ...source!, parameters: { ServesRelay: 'arn:aws:s3:::moved-to' } });
    await relays(cloud, moved, 'moved');
    await cloud.settled();
  });
});
