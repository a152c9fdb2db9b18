/** CloudWatch Logs as `aws logs filter-log-events` asks it; the CLI itself does in test/acceptance/docs. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { IamAuthorizer } from '../../../authorization/authorizer.ts';
import type { ApiRequest, Principal } from '../../../core/api.ts';
import { Directory } from '../../../services/iam/state/directory.ts';
import { LogsService } from '../../../services/logs/service.ts';
import { LogStore } from '../../../services/logs/store.ts';

const A = '111111111111';
const GROUP = { account: A, region: 'us-east-1', name: '/aws/lambda/f' };
let folder: string;
let logs: LogsService;
const callers = new Map<string, Principal>();

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'local-logs-'));
  let now = 1_000;
  const clock = () => now++;
  const directory = new Directory(clock);
  directory.addAccount(A);
  const allow = (Action: string, Resource: string) => ({
    document: { Statement: { Effect: 'Allow' as const, Action, Resource } },
  });
  const ownGroup = allow('logs:FilterLogEvents', `arn:aws:logs:us-east-1:${A}:log-group:/aws/lambda/f:*`);
  directory.addUser({ account: A, name: 'reader', policies: [{ name: 'read', ...ownGroup }] });
  directory.addUser({ account: A, name: 'nobody', policies: [] });
  for (const user of ['reader', 'nobody']) {
    callers.set(user, directory.findAccessKey(directory.addAccessKey(A, user).accessKeyId)!.principal);
  }
  const store = new LogStore({ folder, clock });
  store.createGroup(GROUP);
  store.createGroup({ ...GROUP, name: '/aws/lambda/g' });
  for (const line of ['one', 'two', 'one more']) store.append(GROUP, 'stream', [line]);
  logs = new LogsService({ store, authorizer: new IamAuthorizer(directory) });
});

afterAll(() => rm(folder, { recursive: true }));

async function filter(parameters: object, { user = 'reader', operation = 'FilterLogEvents' } = {}) {
  const { body } = await logs.handle({
    caller: { principal: callers.get(user), context: {} },
    region: 'us-east-1',
    headers: { 'x-amz-target': `Logs_20140328.${operation}` },
    body: Readable.from([JSON.stringify({ logGroupName: GROUP.name, ...parameters })]),
  } as unknown as ApiRequest);
  return JSON.parse(String(body)) as {
    events: { message: string; timestamp: number; eventId: string }[];
    nextToken?: string;
  };
}

test('an event has the same id whatever is asked for', async () => {
  const [, , last] = (await filter({})).events;
  expect((await filter({ filterPattern: 'more' })).events).toEqual([last]);
});

const messages = async (parameters: object) => (await filter(parameters)).events.map(({ message }) => message);

test('finds lines by a pattern, a time and in pages', async () => {
  expect(await messages({})).toEqual(['one', 'two', 'one more']);
  expect(await messages({ filterPattern: 'one' })).toEqual(['one', 'one more']);
  const [first, second] = (await filter({})).events;
  expect(await messages({ startTime: second!.timestamp })).toEqual(['two', 'one more']);
  expect(await messages({ endTime: second!.timestamp })).toEqual(['one']);
  const page = await filter({ filterPattern: 'one', limit: 1 });
  expect(page.events).toEqual([expect.objectContaining({ message: 'one', timestamp: first!.timestamp })]);
  expect(await messages({ filterPattern: 'one', nextToken: page.nextToken })).toEqual(['one more']);
});

test.each([
  ['of a user without the permission', {}, { user: 'nobody' }, 'is not authorized to perform: logs:FilterLogEvents'],
  ['of another group than the policy names', { logGroupName: '/aws/lambda/g' }, {}, 'is not authorized'],
  [
    'of another operation',
    {},
    { operation: 'DeleteLogGroup' },
    "is not one of the local CloudWatch Logs's: FilterLogEvents",
  ],
  ['with a parameter that is not known here', { unmask: true }, {}, 'unmask'],
])('a request %s is refused', async (_, parameters, who, problem) => {
  await expect(filter(parameters, who)).rejects.toThrow(problem);
});

test('a group that does not exist is told, to who may ask', async () => {
  await expect(filter({ logGroupName: '/aws/lambda/f:none' })).rejects.toThrow(
    'The specified log group does not exist.',
  );
});
