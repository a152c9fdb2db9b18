import { expect, test } from 'vitest';
import { sourceAndLedgerAgree } from '../../../../functions/check/comparison.ts';
import type { Door } from '../../../../functions/check/door-context.ts';

const AT = Date.parse('2026-01-15T04:00:00Z');
const line = (ObjectsMissing: number, hours = 0) => ({
  timestamp: AT + hours * 3_600_000,
  message: JSON.stringify({ ObjectsMissing }),
});

/** Looks at a log of these pages. */
async function look(pages: object[]) {
  const asked: Record<string, unknown>[] = [];
  const services = async ({ body }: { body: string }) => {
    asked.push(JSON.parse(body));
    return pages[asked.length - 1];
  };
  const door = { queueArn: 'arn:aws:sqs:us-east-1:111111111111:upload-relay' };
  const config = { sourceAccount: '111111111111', door };
  const finding = await sourceAndLedgerAgree({ config, clients: { services } } as unknown as Door, 'replay-log');
  return { finding, asked };
}

test.each<[string, object[], string, RegExp]>([
  ['nothing was compared', [{ events: [] }], 'skipped', /nothing has been compared for a day/],
  ['nothing was missing', [{ events: [line(0), line(0, 1)] }], 'ok', /nothing was missing/],
  ['something was missing once', [{ events: [line(0), line(3, 1), line(0, 2)] }], 'failed', /^3 .*T05:00:00/],
])('%s', async (_, pages, status, found) => {
  const { finding } = await look(pages);
  expect(finding).toMatchObject({ status, found: expect.stringMatching(found) });
});

test('an empty page is not the end of the log', async () => {
  const { finding, asked } = await look([{ events: [], nextToken: 'more' }, { events: [line(2)] }]);
  expect(asked.map(({ nextToken }) => nextToken)).toEqual([undefined, 'more']);
  expect(finding.status).toBe('failed');
});
