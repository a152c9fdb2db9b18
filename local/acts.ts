/** `npm run local -- ACT`: what people do to a running npm start that no API of AWS does. */
import { readFileSync } from 'node:fs';
import { UserError } from '../cli/terminal/user-error.ts';
import { didYouMean, parseOptionsOf, runCli, wholeNumber } from './cli.ts';
import type { Act as AnyAct } from './start/acts.ts';
import { takePort } from './start/at-port.ts';
import { askToAct } from './start/control.ts';
import { findPlace } from './start/place.ts';
import { shellWord } from './start/profile.ts';

/** What a person types here; the others are parts of what npm run try does. */
type Act = Extract<AnyAct, { act: 'wait' | 'machine' | 'sign-in' | 'root' }>;

const DEFAULT_REGION = 'us-east-1';

const HELP = `Does what no API of AWS does to a running npm start, in another terminal, in the same folder.

  npm run local -- wait MINUTES                     lets time pass there: sessions expire; your own clock stays
  npm run local -- machine ACCOUNT PROFILE          starts a machine with this instance profile, as EC2 would; prints the
                                                    line that leads a terminal to its metadata service
  npm run local -- sign-in ACCOUNT SET USER [FILE]  a person comes by Identity Center with this permission set, whose inline
                                                    policy is in the file; prints what a credential_process prints
  npm run local -- root ACCOUNT                     makes a key of the account's root user; prints the same

  --region R   of the machine, or of Identity Center (default ${DEFAULT_REGION})
  --json       prints one object: {"now"}, or {"url","instanceId"}; of the others what they print anyhow
  --port N     of which npm start, where several are up in this folder

Ends with 0, and with 2 for a mistake, for what can't be done, or if nothing is up.
`;

const NUMBERS = ['no', 'one', 'two', 'three', 'four'];

const MINUTES = { least: 1, most: 1_000_000 };

async function main(args: string[]): Promise<void> {
  if (args.length === 0) {
    process.stdout.write(HELP);
    return;
  }
  const { port, rest } = takePort(args);
  const { values, positionals } = parseOptionsOf('npm run local', {
    args: rest,
    allowPositionals: true,
    options: { region: { type: 'string' }, json: { type: 'boolean' } },
  });
  const act = actOf(positionals, values.region);
  const outcome = await askToAct(act, findPlace(port));
  process.stdout.write(`${values.json ? jsonOf(act, outcome) : textOf(act, outcome)}\n`);
}

/** @throws UserError naming what is missing, or what there is too much of */
function actOf([name, ...words]: string[], given: string | undefined): Act {
  const [first = '', second = '', third = '', file] = words;
  const is = (act: string, least: number, most = least) => {
    if (name !== act) return false;
    if (words.length >= least && words.length <= most) return true;
    throw new UserError(
      `"${act}" takes ${NUMBERS[least]}${most > least ? ` or ${NUMBERS[most]}` : ''} ${most === 1 ? 'word' : 'words'}. Try: npm run local -- --help`,
    );
  };
  if (given !== undefined && (name === 'wait' || name === 'root')) {
    throw new UserError(`"${name}" has no --region. Try: npm run local -- --help`);
  }
  const region = given ?? DEFAULT_REGION;
  if (is('wait', 1)) return { act: 'wait', minutes: wholeNumber('MINUTES', first, MINUTES) };
  if (is('machine', 2)) return { act: 'machine', account: accountOf(first), region, instanceProfile: second };
  if (is('sign-in', 3, 4)) {
    const inlinePolicy = file === undefined ? {} : { inlinePolicy: readPolicy(file) };
    return { act: 'sign-in', account: accountOf(first), region, permissionSet: second, user: third, ...inlinePolicy };
  }
  if (is('root', 1)) return { act: 'root', account: accountOf(first) };
  const meant = didYouMean(name ?? '', ['wait', 'machine', 'sign-in', 'root']);
  throw new UserError(`There is no "${name ?? ''}" to be done.${meant} Try: npm run local -- --help`);
}

function accountOf(text: string): string {
  if (/^\d{12}$/.test(text)) return text;
  throw new UserError(`ACCOUNT is "${text}": it must have 12 digits.`);
}

function readPolicy(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new UserError(`FILE is "${file}", and holds no policy: ${(error as Error).message}`);
  }
}

interface Outcome {
  now?: string;
  url?: string;
  accessKeyId?: string;
  secretAccessKey?: string;
  sessionToken?: string;
  expiration?: string;
}

/** A credential process has a form of its own, whoever asks. */
function jsonOf(act: Act, outcome: unknown): string {
  return act.act === 'wait' || act.act === 'machine' ? JSON.stringify(outcome) : textOf(act, outcome);
}

/** For people, for `source`, or for a CLI that asks by credential_process. */
function textOf({ act }: Act, outcome: unknown): string {
  const { now, url, ...keys } = outcome as Outcome;
  switch (act) {
    case 'wait':
      return `It is ${now} there now.`;
    case 'machine':
      return `export AWS_EC2_METADATA_SERVICE_ENDPOINT=${shellWord(url!)}`;
    case 'sign-in':
    case 'root':
      return JSON.stringify({
        Version: 1,
        AccessKeyId: keys.accessKeyId,
        SecretAccessKey: keys.secretAccessKey,
        SessionToken: keys.sessionToken,
        Expiration: keys.expiration,
      });
  }
}

runCli(main, { help: HELP });
