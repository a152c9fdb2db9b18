/** `npm run try -- pull`: a customer's account comes up, and a second relay that fetches from its bucket. */
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { invoke } from '../../../cli/aws/invoke.ts';
import { readReceipt } from '../../../cli/ledger.ts';
import { queueUrl } from '../../../cli/queues.ts';
import { type KeptReceipt, sentenceOf } from '../../../cli/receipt.ts';
import type { ReplaySummary } from '../../../functions/replay/replay-objects.ts';
import { parseConfig } from '../../../infra/config/config.ts';
import type { RelayContext } from '../../../infra/config/relay-context.ts';
import { LIVE_ALIAS, relayNames } from '../../../infra/names.ts';
import { accountProfiles } from '../../start/account-profiles.ts';
import type { Deployed } from '../../start/acts.ts';
import { askToAct } from '../../start/control.ts';
import { addKeys } from '../own-profiles.ts';
import { tellNext, tellStep } from '../steps.ts';
import { type Attempt, place, type Verb } from '../verb.ts';
import type { World } from '../world.ts';

const TEMPLATE = fileURLToPath(new URL('../scenarios/customer.json', import.meta.url));
const PROFILE = 'customer';
const ROUTE = 'customer';
const RELAY = 'pulling';
const PREFIX = 'reports/';
/** The customer's, unless cdk.json uses it for something else. */
const ACCOUNTS = ['333333333333', '444444444444', '555555555555', '666666666666'];
const LOOK_EVERY_MS = 100;
const PATIENCE_MS = 60_000;

export const pull: Verb = {
  usage: 'pull',
  summary: "brings up a customer's account, and a relay that fetches from its bucket",
  more: `As docs/pull.md tells it. Each time, one more file lies in the customer's bucket, and only that is fetched. The relay is called ${RELAY}, and stands beside the one of
cdk.json. Fails unless what was there arrives.`,
  json: 'a line for each step, {"step","aws":[…]}, a receipt for what has arrived, and {"next":[…]}',
  async act(attempt) {
    const { world } = attempt;
    const context = contextOf(world);
    const config = parseConfig(context);
    const { bucket, account } = config.routes[0]!.pull!;
    await bringUp(attempt, context, config);
    const key = `${PREFIX}${new Date().toISOString().replaceAll(':', '-')}.csv`;
    const put = new PutObjectCommand({ Bucket: bucket, Key: key, Body: 'a,b\n1,2\n' });
    await world.asAdded(PROFILE, config.source.region).s3.send(put);
    tellStep(attempt, `Account ${account} has put a file into its own bucket, and nobody is told of it.`, [
      `echo 'a,b' | aws --profile ${PROFILE} s3 cp - ${place(bucket, key)}`,
    ]);
    return fetchIt(attempt, config, key);
  },
};

/** What all three teams would keep in their cdk.json. */
function contextOf({ config }: World) {
  const { account, region } = config.source;
  const { account: destination, region: destinationRegion } = config.routes[0]!.destination;
  const taken = [...accountProfiles(config).keys()];
  const customer = ACCOUNTS.find((each) => !taken.includes(each))!;
  return {
    source: { account, region, relayRoleName: RELAY },
    routes: [
      {
        name: ROUTE,
        pull: {
          account: customer,
          region,
          bucket: `customer-${customer}`,
          readerRoleName: `${RELAY}-reader`,
          externalId: 'agreed-with-the-customer',
        },
        filter: { prefix: PREFIX },
        destination: { account: destination, region: destinationRegion, bucket: `pulled-${destination}` },
        writerRoleName: `${RELAY}-writer`,
        externalId: 'agreed-with-account-b',
      },
    ],
    relay: { name: RELAY },
  };
}

async function bringUp(attempt: Attempt, context: object, config: RelayContext): Promise<void> {
  const { world } = attempt;
  const { source, routes } = config;
  const [{ pull: from, destination }] = routes as [RelayContext['routes'][number]];
  const { account, region, bucket } = from!;
  const customer = { account, region, name: PROFILE, file: TEMPLATE, parameters: { Bucket: bucket } };
  const { outputs } = (await askToAct({ act: 'deploy-template', ...customer }, world.place)) as Deployed;
  await addKeys(world.place, PROFILE, async () => ({
    accessKeyId: outputs['KeyId']!,
    secretAccessKey: outputs['Secret']!,
  }));
  if (await isUp(world, config)) return;
  tellStep(
    attempt,
    `Account ${account} has a bucket, which grants nothing to anybody. Profile ${PROFILE} is its administrator.`,
    [`aws --profile ${PROFILE} s3 mb s3://${bucket}`],
  );
  attempt.warn('Synthesizing and deploying a second relay …');
  const { file } = (await askToAct({ act: 'deploy-relay', context }, world.place)) as { file: string };
  const profiles = accountProfiles(world.config);
  const deploy = (stack: string, profile: string) =>
    `npx cdk deploy ${stack} --context config=${file} --profile ${profile}`;
  tellStep(
    attempt,
    `It has deployed a role that may list and read ${place(bucket, PREFIX)}; accounts ${destination.account} and ${source.account} have deployed the relay "${RELAY}".`,
    [
      deploy('Reader', PROFILE),
      deploy('Destination', profiles.get(destination.account)!),
      deploy('Source', profiles.get(source.account)!),
    ],
  );
}

async function isUp(world: World, config: RelayContext): Promise<boolean> {
  return queueUrl(world.a, relayNames(config).queue).then(
    () => true,
    (error: Error) => {
      if (error.name === 'QueueDoesNotExist') return false;
      throw error;
    },
  );
}

/** @returns whether it has arrived */
async function fetchIt(attempt: Attempt, config: RelayContext, key: string): Promise<boolean> {
  const { world, tell } = attempt;
  const { replayFunction, ledgerTable } = relayNames(config);
  const { bucket, account } = config.routes[0]!.destination;
  const name = `${replayFunction}:${LIVE_ALIAS}`;
  const replay = `aws lambda invoke --function-name ${name} --payload '{"route":"${ROUTE}"}' /dev/stdout`;
  const { scanned, alreadyDelivered, sent } = await invoke<ReplaySummary>(world.a.lambda, name, { route: ROUTE });
  const found = `Replay has found ${scanned} there, of which ${alreadyDelivered} have a receipt, and has sent ${sent} to the relay.`;
  tellStep(attempt, found, [replay]);
  const receipt = await awaitReceipt(world, config, key);
  if (receipt) tell(receipt, `${sentenceOf(receipt)}\n`);
  const id = JSON.stringify({ id: { S: `${ROUTE}/${key}` } });
  tellNext(attempt, 'Next, npm run try -- pull once more; or with the AWS CLI:', [
    `source ${world.place.shellFile}`,
    `aws --profile ${accountProfiles(world.config).get(account)} s3 ls --recursive s3://${bucket}/`,
    `aws dynamodb get-item --table-name ${ledgerTable} --key '${id}'`,
    replay,
  ]);
  return receipt?.status === 'delivered';
}

async function awaitReceipt(world: World, config: RelayContext, key: string): Promise<KeptReceipt | undefined> {
  const deadline = Date.now() + PATIENCE_MS;
  while (Date.now() < deadline) {
    const receipt = await readReceipt({ dynamodb: world.a.dynamodb, names: relayNames(config) }, ROUTE, key);
    if (receipt) return receipt;
    await sleep(LOOK_EVERY_MS);
  }
  return undefined;
}
