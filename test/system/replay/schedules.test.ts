/** Replays that run by themselves: from cdk.json to EventBridge Scheduler's role and replay's real bundle. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DeleteItemCommand } from '@aws-sdk/client-dynamodb';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { LocalCloud, type PolicyDocument, readAssembly } from '../../../emulator/index.ts';
import type { ReplaySummary } from '../../../functions/replay/replay-objects.ts';
import { askToFire, listenForControl } from '../../../local/start/control.ts';
import { MovableTime } from '../../../local/start/movable-time.ts';
import { placeIn } from '../../../local/start/place.ts';
import { synthesize } from '../../../local/synth.ts';
import { executions } from '../../support/large.ts';
import { committedContext } from '../../support/stacks.ts';
import {
  ACCOUNT_A,
  changeSettings,
  eventually,
  LEDGER_TABLE,
  REGION,
  SOURCE_BUCKET,
  type TwoAccounts,
  twoAccountsOf,
} from '../../support/two-accounts.ts';

const ROLE_ARN = `arn:aws:iam::${ACCOUNT_A}:role/upload-relay-scheduler`;
const HOUR_MS = 3_600_000;

let world: TwoAccounts;
let assembly: string;

beforeAll(async () => {
  const context = committedContext();
  context.relay = {
    replays: [
      { name: 'nightly', schedule: 'cron(0 4 * * ? *)', timeZone: 'Europe/Berlin' },
      {
        name: 'recent',
        schedule: 'rate(6 hours)',
        prefix: 'recent/',
        route: 'main',
        only: 'all',
        lookBackHours: 12,
        flexibleMinutes: 15,
      },
    ],
  };
  assembly = await mkdtemp(join(tmpdir(), 'upload-relay-schedules-'));
  await synthesize(assembly, context);
  const stacks = readAssembly(assembly);
  // Seconds old is old enough here.
  changeSettings(stacks, { reconciliation: { missingAfterSeconds: 0.001 } }, 'upload-relay-replay');
  world = twoAccountsOf(await LocalCloud.start({ stacks }));
}, 120_000);

afterAll(async () => {
  await world.close();
  await rm(assembly, { recursive: true });
});

function arnOf(name: string): string {
  return `arn:aws:scheduler:${REGION}:${ACCOUNT_A}:schedule/upload-relay/${name}`;
}

async function fire(name: string): Promise<ReplaySummary> {
  const outcome = await world.cloud.scheduler.fire(arnOf(name));
  return JSON.parse(outcome!.payload) as ReplaySummary;
}

test('only when its time has come, by the clock of its time zone', () => {
  const { scheduler } = world.cloud;
  expect(scheduler.dueArns(Date.parse('2026-01-15T03:00:00Z'))).toContain(arnOf('nightly'));
  expect(scheduler.dueArns(Date.parse('2026-01-15T04:00:00Z'))).not.toContain(arnOf('nightly'));
  expect(scheduler.dueArns(Date.parse('2026-07-15T02:00:00Z'))).toContain(arnOf('nightly'));
});

test('replay is invoked with what the schedule asks for', async () => {
  await world.a.s3.send(new PutObjectCommand({ Bucket: SOURCE_BUCKET, Key: 'recent/a', Body: 'a' }));
  await eventually(async () => (await world.ledgerItem('recent/a'))?.['status'] === 'delivered');
  expect(await fire('nightly')).toMatchObject({ status: 'done', scanned: 1, alreadyDelivered: 1, sent: 0 });
  expect(await fire('recent')).toMatchObject({ status: 'done', scanned: 1, sent: 1 });
  const [nightly, recent] = executions(world);
  expect(JSON.parse(nightly!.payload)).toEqual({ prefix: '', only: 'missing' });
  expect(JSON.parse(recent!.payload)).toEqual({ prefix: 'recent/', route: 'main', only: 'all', newerThanHours: 12 });
  // The hours are counted from when it began, and that stands in a checkpoint.
  const since = recent!.journal.operations.find(({ Name }) => Name === 'since')!;
  const { value } = JSON.parse(since.StepDetails!.Result!) as { value: string };
  expect(Math.abs(Date.now() - 12 * HOUR_MS - Date.parse(value))).toBeLessThan(60_000);
});

test('without any replay in cdk.json, there is one that compares source and ledger each day', async () => {
  const { scheduler } = world.cloud;
  expect(scheduler.dueArns(Date.parse('2026-01-15T04:00:00Z'))).toContain(arnOf('_reconciliation'));
  expect(await fire('_reconciliation')).toMatchObject({ scanned: 1, alreadyDelivered: 1, missing: 0, sent: 0 });
  const Key = { id: { S: 'main/recent/a' } };
  await world.a.dynamodb.send(new DeleteItemCommand({ TableName: LEDGER_TABLE, Key }));
  expect(await fire('_reconciliation')).toMatchObject({ scanned: 1, alreadyDelivered: 0, missing: 1, sent: 1 });
  await eventually(async () => (await world.ledgerItem('recent/a'))?.['status'] === 'delivered');
});

test('when the clock strikes, those that are due fire by themselves', async () => {
  const before = executions(world).length;
  world.cloud.ticker.fireDue(Date.parse('2026-01-15T03:00:00Z'));
  await eventually(async () => executions(world).length > before);
  await world.cloud.settled();
  expect(world.cloud.unexpectedErrors).toEqual([]);
});

test('a person fires one now, and sees what came of it', async () => {
  const place = placeIn(assembly);
  const control = await listenForControl({ cloud: world.cloud, time: new MovableTime() }, place);
  const { answer } = await askToFire('nightly', place);
  expect(answer).toMatchObject({ status: 'done', scanned: 1 });
  await expect(askToFire('daily', place)).rejects.toThrow(
    'There is no schedule "daily"; there are: _reconciliation, nightly, recent, upload-relay-canary, upload-relay-canary-drop.',
  );
  control.close();
});

describe('its role', () => {
  let restore: () => void;

  beforeEach(() => {
    const role = world.cloud.directory.findRoleByArn(ROLE_ARN)!;
    const [{ name, document } = { name: '', document: { Statement: [] } }] = role.policies;
    const { trust } = role;
    restore = () => {
      world.cloud.directory.putRolePolicy(ROLE_ARN, { name, document });
      world.cloud.directory.replaceTrust(ROLE_ARN, trust);
    };
    return () => restore();
  });

  test('must be allowed to invoke replay: what it can’t, is set aside', async () => {
    const { directory } = world.cloud;
    const [policy] = directory.findRoleByArn(ROLE_ARN)!.policies;
    const statements = policy!.document.Statement as Extract<PolicyDocument['Statement'], unknown[]>;
    const document = { ...policy!.document, Statement: statements.filter(({ Sid }) => Sid !== 'RunReplay') };
    directory.putRolePolicy(ROLE_ARN, { name: policy!.name, document });
    expect(() => world.cloud.scheduler.fire(arnOf('nightly'))).toThrow(
      'is not authorized to perform: lambda:InvokeFunction',
    );
    expect((await world.deadLetters()).map(({ Body }) => Body)).toEqual(['{"prefix":"","only":"missing"}']);
  });

  test('must trust Scheduler, for schedules of this group of this account alone', () => {
    const { directory, scheduler, sts } = world.cloud;
    const assume = (context: Record<string, string>) =>
      sts.assumeRoleAsService({
        roleArn: ROLE_ARN,
        service: 'scheduler.amazonaws.com',
        sessionName: 's',
        durationSeconds: 900,
        context,
      });
    const group = (account: string, name: string) => `arn:aws:scheduler:${REGION}:${account}:schedule-group/${name}`;
    const of = (account: string, name: string) => ({
      'aws:SourceAccount': account,
      'aws:SourceArn': group(account, name),
    });
    expect(() => assume(of(ACCOUNT_A, 'upload-relay'))).not.toThrow();
    expect(() => assume(of(ACCOUNT_A, 'another'))).toThrow('is not authorized to perform: sts:AssumeRole');
    expect(() => assume(of('333333333333', 'upload-relay'))).toThrow('is not authorized to perform: sts:AssumeRole');
    directory.replaceTrust(ROLE_ARN, {
      Statement: { Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' },
    });
    expect(() => scheduler.fire(arnOf('nightly'))).toThrow('is not authorized to perform: sts:AssumeRole');
  });
});
