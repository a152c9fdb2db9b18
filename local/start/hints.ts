/** Tells what to type while both accounts are up. */
import { join } from 'node:path';
import { LIVE_ALIAS, logGroupName, reconciliationSchedule, relayNames } from '../../infra/names.ts';
import type { Place } from './place.ts';
import { shellWord } from './profile.ts';
import type { LocalSession } from './session.ts';

interface HintedSession extends Pick<LocalSession, 'config' | 'intake' | 'profiles'> {
  cloud: { url: string; folder: string };
}

/** Commands to type next. Each line can be pasted as it is. */
export function hintsOf(
  { cloud, config, intake, profiles }: HintedSession,
  { shellFile }: Pick<Place, 'shellFile'>,
): string {
  const { relayFunction, replayFunction } = relayNames(config);
  const { destination } = intake.routes[0]!;
  const nameOf = (account: string) => profiles.get(account)!;
  const source = nameOf(config.source.account);
  const customer = intake.isPulled ? `--profile ${nameOf(intake.account)} ` : '';
  const pulling = intake.routes.map(
    ({ name }) =>
      `  aws lambda invoke --function-name ${replayFunction}:${LIVE_ALIAS} --payload '{"route":"${name}"}' /dev/stdout`,
  );
  const byHand = `  aws lambda invoke --function-name ${relayFunction} --payload file://events/manual-key.json /dev/stdout`;
  const people = [
    `${source} (${config.source.account}, the relay's)`,
    ...(intake.isPulled ? [`${nameOf(intake.account)} (${intake.account}, from which it pulls)`] : []),
    `${nameOf(destination.account)} (${destination.account}, the destination's)`,
  ];
  return [
    `The accounts stay up at ${cloud.url} until Ctrl-C. In another terminal, in this folder:`,
    '',
    '  npm run try',
    '',
    'says what there is to try. With the AWS CLI:',
    '',
    `  source ${shellWord(shellFile)}`,
    `  aws ${customer}s3 cp README.md ${shellWord(`s3://${intake.bucket}/${intake.prefix}hello.md`)}`,
    ...(intake.isPulled && config.relay.replay ? pulling : []),
    `  aws --profile ${nameOf(destination.account)} s3 ls --recursive s3://${destination.bucket}/`,
    ...(intake.isPulled ? [] : [byHand]),
    ...config.relay.replays.map(({ name }) => `  npm run fire -- ${name}`),
    ...(config.relay.replay && config.relay.reconciliation ? [`  npm run fire -- ${reconciliationSchedule()}`] : []),
    '',
    `Administrators: ${people.join(', ')}. Profile relay has the relay's own keys, as if`,
    `stolen; profile writer is what it becomes in ${destination.account}.`,
    '',
    `The relay's log: ${join(cloud.folder, 'logs', config.source.account, `${logGroupName(relayFunction)}.log`)}`,
  ].join('\n');
}

export interface EmptyHintFacts {
  url: string;
  shellFile: string;
  /** As `cdk bootstrap` names it. */
  sourceEnvironment: string;
  /** The source's first. */
  people: { account: string; profile: string }[];
  /** In the order in which they are shown. */
  stacks: { id: string; profile: string }[];
}

/** How to deploy into accounts in which there is nothing yet. */
export function formatEmptyHints({ url, shellFile, sourceEnvironment, people, stacks }: EmptyHintFacts): string {
  const administrators = people.map(({ account, profile }) => `${profile} of ${account}`);
  return [
    `Empty accounts are up at ${url} until Ctrl-C. In another terminal, in this folder, deploy as to AWS:`,
    '',
    `  source ${shellFile}`,
    `  npx cdk bootstrap ${sourceEnvironment} --profile ${people[0]!.profile}`,
    ...stacks.map(({ id, profile }) => `  npx cdk deploy ${id} --profile ${profile}`),
    '  npm run try -- drop README.md',
    '',
    `The profiles are of the accounts' administrators: ${administrators.join(', ')}.`,
  ].join('\n');
}
