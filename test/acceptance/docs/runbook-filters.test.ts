/** The filters in the runbook find what they are there for, in what the functions really log. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { compileFilter, Faults } from '../../../emulator/index.ts';
import { REPOSITORY } from '../../support/aws-cli.ts';
import {
  eventually,
  RELAY_LOG_GROUP,
  SOURCE_BUCKET,
  startTwoAccounts,
  type TwoAccounts,
} from '../../support/two-accounts.ts';

const runbook = readFileSync(join(REPOSITORY, 'docs/runbook.md'), 'utf8');
const faults = new Faults({ seed: 1 });
let world: TwoAccounts;

beforeAll(async () => {
  world = await startTwoAccounts({ faults });
});

afterAll(() => world.close());

/** Of the section of an alarm. */
function filterOf(alarm: string): string {
  const section = runbook.split(/^## /m).find((each) => each.startsWith(`Alarm: ${alarm}\n`))!;
  return /--filter-pattern '(.*?)'/.exec(section)![1]!;
}

async function found(filter: string): Promise<string[]> {
  const lines = await eventually(async () => {
    const matching = world.cloud.logs.lines(RELAY_LOG_GROUP).filter(compileFilter(filter));
    return matching.length > 0 && matching;
  });
  return lines;
}

const put = (Key: string) => world.a.s3.send(new PutObjectCommand({ Bucket: SOURCE_BUCKET, Key, Body: Key }));

test('oldest-message: tries that failed and will be repeated', async () => {
  faults.add({
    name: 'busy',
    match: { service: 's3', operation: 'HeadObject', bucket: SOURCE_BUCKET, key: /busy$/ },
    when: { probability: 1 },
    fault: { kind: 'error', status: 503, code: 'SlowDown' },
  });
  await put('busy');
  for (const line of await found(filterOf('oldest-message'))) expect(line).toContain('Throttled');
  faults.clear();
});

test('errors: what an invocation that ended badly has said last', async () => {
  await world.invoke({ key: 'not there' });
  expect((await found(filterOf('errors'))).join('\n')).toContain('SourceMissing');
});

test('latency: slow deliveries', async () => {
  await put('slow');
  const filter = filterOf('latency');
  expect(filter).toContain('> 60000');
  const [line] = await found(filter.replace('60000', '0'));
  expect(JSON.parse(line!)).toMatchObject({ message: 'relayed', route: 'main', attempts: expect.any(Number) });
  expect(world.cloud.logs.lines(RELAY_LOG_GROUP).filter(compileFilter(filter))).toEqual([]);
});
