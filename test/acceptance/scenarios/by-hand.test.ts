/** docs/by-hand.md with the real AWS CLI: every line does what the page says it does. */
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { afterEach, describe, expect, test } from 'vitest';
import { CLI_MISSING, cliInstalled, shell } from '../../support/aws-cli.ts';
import { type } from '../../support/terminal.ts';
import { ACCOUNT_A, ACCOUNT_B } from '../../support/two-accounts.ts';
import { sectionOf } from './page.ts';
import { type Scenario, type ScenarioSettings, startScenario } from './scenario.ts';

const ACCOUNT_C = '333333333333';
/** Each call keeps a core busy for a second. */
const PATIENCE_MS = 120_000;
/** Clients and servers may be a quarter of an hour apart: so much can pass for the CLI, whose clock stays. */
const SKEW_MINUTES = 14;

let scenario: Scenario;
afterEach(() => scenario.close());

const WAYS: [number, string, ScenarioSettings][] = [
  [1, '1-role-profile', { templates: { people: ACCOUNT_A, bucket: ACCOUNT_B }, credentials: { uploader: 'uploader' } }],
  [
    2,
    '2-switch-role',
    { templates: { people: ACCOUNT_A, roles: ACCOUNT_B, elsewhere: ACCOUNT_C }, credentials: { default: 'ann' } },
  ],
  [3, '3-viewer-role', { templates: { people: ACCOUNT_A, viewed: ACCOUNT_B }, credentials: { lister: 'lister' } }],
  [4, '4-vendor', { templates: { vendor: ACCOUNT_A, company: ACCOUNT_B }, credentials: { importer: 'importer' } }],
  [
    5,
    '5-permission-test',
    {
      templates: { people: ACCOUNT_A, account: ACCOUNT_B },
      credentials: { default: 'tester' },
      aheadMinutes: -SKEW_MINUTES,
    },
  ],
];

describe.skipIf(!cliInstalled)(`the five ways by hand, with the real AWS CLI${CLI_MISSING}`, () => {
  test.each(WAYS)('way %i (%s): every command does what the page says', { timeout: PATIENCE_MS }, async (...way) => {
    const [number, folder, settings] = way;
    const { config, terminals } = sectionOf(number);
    scenario = await startScenario(folder, { ...settings, config });
    await furnish(folder);
    expect(terminals.length).toBeGreaterThan(0);
    for (const acts of terminals) {
      for (const [index, commands] of acts.entries()) {
        if (index > 0) scenario.wait(16);
        await type(commands, scenario, index > 0);
      }
      await shell('rm -f "$HOME/variables"', scenario.environment);
    }
    expect(scenario.cloud.unexpectedErrors).toEqual([]);
  });
});

/** Files that are there already. */
async function furnish(folder: string): Promise<void> {
  if (folder !== '4-vendor') return;
  const { s3 } = scenario.as(scenario.cloud.operator(ACCOUNT_B));
  await s3.send(new PutObjectCommand({ Bucket: 'reports-222222222222', Key: '2026/january.csv', Body: 'a,b' }));
}
