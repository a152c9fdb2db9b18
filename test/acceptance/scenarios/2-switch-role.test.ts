/** Who may become whom: four kinds of identity policies against three kinds of trust, from the office and from elsewhere. */
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ACCOUNT_A, ACCOUNT_B } from '../../support/two-accounts.ts';
import { assume, roleArn, type Scenario, startScenario } from './scenario.ts';

const ACCOUNT_C = '333333333333';
const OFFICE = '127.0.0.1';
/** Another address of this machine, which is none of the office's. On a machine that has only one, there is nothing to test. */
const ELSEWHERE = '127.0.0.2';
const ROLES = {
  named: roleArn(ACCOUNT_B, 'named'),
  infra: roleArn(ACCOUNT_B, 'infra'),
  open: roleArn(ACCOUNT_B, 'open'),
  'open in C': roleArn(ACCOUNT_C, 'open'),
};
let scenario: Scenario;

beforeAll(async () => {
  const templates = { people: ACCOUNT_A, roles: ACCOUNT_B, elsewhere: ACCOUNT_C };
  scenario = await startScenario('2-switch-role', { templates });
});

afterAll(() => scenario.close());

/** The roles that the user may become. */
async function becomes(user: string, from: string): Promise<string[]> {
  const clients = scenario.as(scenario.keysOf(user), from);
  const admitted: string[] = [];
  for (const [name, arn] of Object.entries(ROLES)) {
    await assume(clients, arn).then(
      () => admitted.push(name),
      (error: Error) => {
        const refusal = `User: arn:aws:iam::${ACCOUNT_A}:user/${user} is not authorized to perform: sts:AssumeRole on resource: ${arn}`;
        expect(error).toMatchObject({ name: 'AccessDenied', message: refusal });
      },
    );
  }
  return admitted;
}

describe.each([
  ['ann', 'all roles', ['named', 'open', 'open in C'], ['open', 'open in C']],
  ['ben', 'all roles of account B', ['open'], ['open']],
  ['cleo', 'two roles by name', ['named', 'open'], ['open']],
  ['dora_infra', 'one role, with a Deny outside the office', ['infra'], []],
  ['eve', 'nothing', [], []],
])('%s, whose policy allows %s', (user, _, fromOffice, fromElsewhere) => {
  test(`becomes ${fromOffice.join(', ') || 'nobody'} from the office`, async () => {
    expect(await becomes(user, OFFICE)).toEqual(fromOffice);
  });

  test.skipIf(process.platform !== 'linux')(
    `becomes ${fromElsewhere.join(', ') || 'nobody'} from elsewhere`,
    async () => {
      expect(await becomes(user, ELSEWHERE)).toEqual(fromElsewhere);
    },
  );
});

test('who one is changes with the keys, and changes back', async () => {
  const ann = scenario.as(scenario.keysOf('ann'));
  const arnOf = async ({ sts }: typeof ann) => (await sts.send(new GetCallerIdentityCommand({}))).Arn;
  const { keys } = await assume(ann, ROLES.open, { RoleSessionName: 'ann' });
  expect([await arnOf(ann), await arnOf(scenario.as(keys)), await arnOf(ann)]).toEqual([
    `arn:aws:iam::${ACCOUNT_A}:user/ann`,
    `arn:aws:sts::${ACCOUNT_B}:assumed-role/open/ann`,
    `arn:aws:iam::${ACCOUNT_A}:user/ann`,
  ]);
});
