/** `npm run try -- by-hand N`: sets up one of the five ways without a relay, as docs/by-hand.md tells them. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { CreateAccessKeyCommand } from '@aws-sdk/client-iam';
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { UserError } from '../../../cli/terminal/user-error.ts';
import { accountProfiles } from '../../start/account-profiles.ts';
import { askToAct } from '../../start/control.ts';
import { type Way, waysByHand } from '../by-hand-page.ts';
import { addKeys, addSettings } from '../own-profiles.ts';
import { tellNext, tellStep } from '../steps.ts';
import type { Attempt, Verb } from '../verb.ts';
import type { World } from '../world.ts';

const REPOSITORY = new URL('../../../', import.meta.url);
const SCENARIOS = 'test/acceptance/scenarios';
/** The page's. */
const REGION = 'us-east-1';
const ACCOUNTS: Record<string, string> = { a: '111111111111', b: '222222222222' };

export const byHand: Verb = {
  usage: 'by-hand N',
  summary: 'sets up one of the five ways without a relay',
  more: `As docs/by-hand.md tells it, and says what to type then. N is from 1 to 5:
${waysByHand()
  .map(({ title }) => `  ${title}`)
  .join('\n')}`,
  json: 'a line for each step, {"step","aws":[…]}, and {"next":[…]}',
  words: { least: 1, most: 1, missing: 'Which way, from 1 to 5?', example: '1' },
  async act(attempt) {
    const { world, words } = attempt;
    const ways = waysByHand();
    const way = /^[1-9]$/.test(words[0]!) ? ways[Number(words[0]) - 1] : undefined;
    if (!way) throw new UserError(`N is "${words[0]}": it must be a whole number from 1 to ${ways.length}.`);
    refuseOtherAccounts(world);
    const done = { deploy: (step: Deploy) => deploy(attempt, step), keysOf: (user: string) => makeKeys(attempt, user) };
    for (const step of way.setUp) await ('deploy' in step ? done.deploy(step) : done.keysOf(step.keysOf));
    await setProfiles(attempt, way);
    tellNext(attempt, `Next, in another terminal, with the AWS CLI (${way.title}):`, [
      `source ${world.place.shellFile}`,
      `export AWS_DEFAULT_REGION=${REGION}`,
      ...way.used,
    ]);
    return true;
  },
};

type Deploy = Extract<Way['setUp'][number], { deploy: string }>;

/** The page names them, and so do its templates. */
function refuseOtherAccounts({ config }: World): void {
  const profiles = accountProfiles(config);
  const other = Object.entries(ACCOUNTS).find(([profile, account]) => profiles.get(account) !== profile);
  if (other === undefined) return;
  throw new UserError(
    `docs/by-hand.md is about accounts ${Object.values(ACCOUNTS).join(' and ')}, and profile ${other[0]} is not of ${other[1]} here: start it with the example cdk.json.`,
  );
}

async function deploy(attempt: Attempt, { deploy: name, profile }: Deploy): Promise<void> {
  const template = `${SCENARIOS}/${name}.json`;
  const file = fileURLToPath(new URL(template, REPOSITORY));
  if (!existsSync(file)) throw new UserError(`There is no ${template}: this needs the whole checkout.`);
  const stack = `way-${name.replace('/', '-')}`;
  const account = ACCOUNTS[profile]!;
  await askToAct({ act: 'deploy-template', account, region: REGION, name: stack, file }, attempt.world.place);
  tellStep(attempt, `Account ${account} has deployed ${template}.`, [
    `aws --profile ${profile} cloudformation deploy --stack-name ${stack} --template-file ${template} --capabilities CAPABILITY_NAMED_IAM`,
  ]);
}

async function makeKeys(attempt: Attempt, user: string): Promise<void> {
  const isNew = await addKeys(attempt.world.place, user, async () => {
    const { AccessKey } = await attempt.world.a.iam.send(new CreateAccessKeyCommand({ UserName: user }));
    return { accessKeyId: AccessKey!.AccessKeyId!, secretAccessKey: AccessKey!.SecretAccessKey! };
  });
  if (!isNew) return tellStep(attempt, `User ${user} has its keys already.`);
  tellStep(attempt, `User ${user} has keys, in profile ${user}.`, [
    `aws --profile a iam create-access-key --user-name ${user}`,
  ]);
}

/** Says who each profile is, or how it is refused; without those that need a machine, or a program of their own. */
async function setProfiles(attempt: Attempt, { settings }: Way): Promise<void> {
  if (settings === '') return;
  await addSettings(attempt.world.place, settings);
  tellStep(attempt, "These profiles are in the AWS CLI's configuration now:", settings.split('\n'));
  for (const section of settings.split(/^(?=\[)/m)) {
    const [, profile] = /^\[profile (\S+)\]/.exec(section) ?? [];
    if (profile === undefined || !/^source_profile/m.test(section)) continue;
    const { sts } = attempt.world.asAdded(profile, REGION);
    const who = await sts.send(new GetCallerIdentityCommand({})).then(
      ({ Arn }) => `is ${Arn}`,
      ({ name, message }: Error) => `is refused: ${name}: ${message}`,
    );
    tellStep(attempt, `Profile ${profile} ${who}`, [
      `aws --profile ${profile} sts get-caller-identity --query Arn --output text`,
    ]);
  }
}
