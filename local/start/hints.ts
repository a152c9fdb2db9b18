export interface HintFacts {
  url: string;
  profileFile: string;
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

/** What to type next; every line can be pasted as it is. The endpoint is spelt out since older CLIs don't read it from the profile. */
export function formatHints(facts: HintFacts): string {
  const { url, profileFile, sourceBucket, destinationBucket, source, destination, functionName } = facts;
  const aws = (profile: string, command: string) => `  aws --profile ${profile} --endpoint-url ${url} ${command}`;
  return [
    `Both accounts stay up at ${url} until Ctrl-C. Profiles: ${source.profile} (source, ${source.account}) and ${destination.profile} (destination, ${destination.account}).`,
    'In another terminal, in this folder:',
    '',
    `  export AWS_CONFIG_FILE=${shellWord(profileFile)}`,
    aws(source.profile, `s3 cp README.md s3://${sourceBucket}/hello.md`),
    aws(destination.profile, `s3 ls --recursive s3://${destinationBucket}/`),
    aws(
      source.profile,
      `lambda invoke --function-name ${functionName} --payload file://events/manual-key.json /dev/stdout`,
    ),
    ...facts.schedules.map((name) => `  npm run fire -- ${name}`),
    '',
    `The relay's log: ${facts.logFile}`,
  ].join('\n');
}

function shellWord(text: string): string {
  return /^[\w./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
