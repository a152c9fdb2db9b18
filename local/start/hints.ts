/** Tells what to type while both accounts are up. */

export interface HintFacts {
  url: string;
  /** Sets the AWS CLI up. */
  shellFile: string;
  logFile: string;
  sourceBucket: string;
  destinationBucket: string;
  /** Profile and account of each side. */
  source: { profile: string; account: string };
  destination: { profile: string; account: string };
  functionName: string;
  /** Names of replays that run by themselves. */
  schedules: string[];
}

/** Commands to type next. Each line can be pasted as it is. */
export function formatHints(facts: HintFacts): string {
  const { url, shellFile, sourceBucket, destinationBucket, source, destination, functionName } = facts;
  return [
    `Both accounts stay up at ${url} until Ctrl-C. In another terminal, in this folder:`,
    '',
    '  npm run try',
    '',
    'says what there is to try. With the AWS CLI:',
    '',
    `  source ${shellFile}`,
    `  aws s3 cp README.md s3://${sourceBucket}/hello.md`,
    `  aws --profile ${destination.profile} s3 ls --recursive s3://${destinationBucket}/`,
    `  aws lambda invoke --function-name ${functionName} --payload file://events/manual-key.json /dev/stdout`,
    ...facts.schedules.map((name) => `  npm run fire -- ${name}`),
    '',
    `${source.profile} and ${destination.profile} are the administrators of ${source.account} (source) and ${destination.account} (destination). Profile relay has the relay's own keys, as if`,
    `stolen; profile writer is what it becomes in ${destination.account}.`,
    '',
    `The relay's log: ${facts.logFile}`,
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
