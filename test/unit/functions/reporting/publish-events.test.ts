import { expect, test } from 'vitest';
import { canaryKey } from '../../../../functions/core/reserved-keys.ts';
import type { Invocation } from '../../../../functions/invocation/invocation.ts';
import type { FinalReceipt, Receipt } from '../../../../functions/ledger/receipt.ts';
import { publishEvents, report } from '../../../../functions/reporting/publish-events.ts';

const receiptOf = (key: string) => ({ status: 'delivered', source: { key } }) as Receipt;

function listening(answer: () => Promise<object>, events = 'all') {
  const sizes: number[] = [];
  const warnings: object[] = [];
  const send = ({ input }: { input: { Entries: object[] } }) => {
    sizes.push(input.Entries.length);
    return answer();
  };
  const logger = { info: () => undefined, warn: (_: string, facts: object) => warnings.push(facts) };
  const signal = new AbortController().signal;
  const config = { name: 'upload-relay', events };
  const invocation = {
    config,
    clients: { eventBridge: { send } },
    logger,
    signal,
    reports: [],
  } as unknown as Invocation;
  return { invocation, sizes, warnings };
}

test('ten events go into one request, and none twice', async () => {
  const { invocation, sizes } = listening(async () => ({}));
  for (let index = 0; index < 12; index++) report(invocation, receiptOf(`k${index}`));
  await publishEvents(invocation);
  await publishEvents(invocation);
  expect(sizes).toEqual([10, 2]);
});

test('what EventBridge does not take is logged, and the relay goes on', async () => {
  const refusing = listening(async () => ({
    Entries: [{}, { ErrorCode: 'ThrottlingException', ErrorMessage: 'slow' }],
  }));
  for (const key of ['a', 'b']) report(refusing.invocation, receiptOf(key));
  await publishEvents(refusing.invocation);
  expect(refusing.warnings).toEqual([{ ErrorCode: 'ThrottlingException', ErrorMessage: 'slow' }]);

  const broken = listening(() => Promise.reject(new Error('no network')));
  report(broken.invocation, receiptOf('a'));
  await publishEvents(broken.invocation);
  expect(broken.warnings).toMatchObject([{ events: 1, failure: { operation: 'PutEvents' } }]);
});

test.each<[string, FinalReceipt['status'][]]>([
  ['all', ['delivered', 'already there', 'failed']],
  ['failures', ['failed']],
  ['none', []],
])('with relay.events %s, told of: %j', async (events, told) => {
  const { invocation, sizes } = listening(async () => ({}), events);
  for (const status of ['delivered', 'already there', 'failed'] as const) {
    report(invocation, { ...receiptOf('k'), status } as FinalReceipt);
  }
  expect(invocation.reports.map(({ status }) => status)).toEqual(told);
  await publishEvents(invocation);
  expect(sizes).toEqual(told.length > 0 ? [told.length] : []);
});

test.each(['delivered', 'already there', 'failed'] as const)('of a canary that is %s no event tells', (status) => {
  const { invocation } = listening(async () => ({}));
  report(invocation, { ...receiptOf(canaryKey('main')), status } as FinalReceipt);
  expect(invocation.reports).toEqual([]);
});
