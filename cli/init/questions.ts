/** What `init` asks, or takes from its options, and the configuration that the answers make. Pure, but for the external id that is made up. */
import { randomUUID } from 'node:crypto';
import type { Option } from '../verb.ts';

/** By the names of the options. */
export type Answers = Partial<Record<string, string | boolean>>;

export interface Question {
  /** As it is typed: `source-account`. */
  name: string;
  option: Option;
  /** The field that it is, in the context `relay`. */
  path: readonly string[];
  ask: string;
  /** What is meant unless somebody says otherwise; undefined where nobody can guess it. */
  propose?: (answers: Answers) => string | boolean | undefined;
}

export const ROUTE = 'main';
const REGION = 'us-east-1';

/** One for each run, so that it is the same whenever it is proposed. */
const MADE_UP_ID = randomUUID();

export const QUESTIONS: readonly Question[] = [
  text('source-account', 'ACCOUNT', 'source.account', 'Account A, where files are uploaded: its 12 digits'),
  text(
    'source-region',
    'REGION',
    'source.region',
    "The region of account A's bucket",
    () => process.env['AWS_REGION'] || REGION,
  ),
  text('source-bucket', 'BUCKET', 'source.bucket', 'The bucket for uploads', (answers) =>
    after('upload-relay-source', answers['source-account']),
  ),
  yesOrNo('existing-source', 'source.existingBucket', 'Does this bucket exist already?'),
  text(
    'destination-account',
    'ACCOUNT',
    'routes.0.destination.account',
    'Account B, where files arrive: its 12 digits',
  ),
  text(
    'destination-region',
    'REGION',
    'routes.0.destination.region',
    "The region of account B's bucket",
    (answers) => answers['source-region'],
  ),
  text('destination-bucket', 'BUCKET', 'routes.0.destination.bucket', 'The bucket that they arrive in', (answers) =>
    after('upload-relay-destination', answers['destination-account']),
  ),
  yesOrNo('existing-destination', 'routes.0.destination.existingBucket', 'Does this bucket exist already, too?'),
  text(
    'prefix',
    'PREFIX',
    'routes.0.destination.prefix',
    'What stands before each key there, such as incoming/',
    () => '',
  ),
  text('external-id', 'ID', 'routes.0.externalId', 'An external id, which both accounts agree on', () => MADE_UP_ID),
];

/** The context `relay` of cdk.json; what is as it is anyhow stays out. */
export function configurationOf(answers: Answers): object {
  const existing = (name: string) => (answers[name] === true ? { existingBucket: true } : {});
  return {
    source: {
      account: answers['source-account'],
      region: answers['source-region'],
      bucket: answers['source-bucket'],
      ...existing('existing-source'),
      relayRoleName: 'upload-relay',
    },
    routes: [
      {
        name: ROUTE,
        destination: {
          account: answers['destination-account'],
          region: answers['destination-region'],
          bucket: answers['destination-bucket'],
          ...existing('existing-destination'),
          ...(answers['prefix'] && { prefix: answers['prefix'] }),
        },
        writerRoleName: 'upload-relay-writer',
        externalId: answers['external-id'],
      },
    ],
  };
}

function text(name: string, value: string, field: string, ask: string, propose?: Question['propose']): Question {
  const mayBeEmpty = propose?.({}) === '';
  const option = { type: 'string', usage: `--${name} ${value}`, summary: summaryOf(ask), mayBeEmpty } as const;
  return { name, option, path: field.split('.'), ask, ...(propose && { propose }) };
}

function yesOrNo(name: string, field: string, ask: string): Question {
  const bucket = name.replace('existing-', '');
  const option = { type: 'boolean', usage: `--${name}`, summary: `the ${bucket} bucket exists already` } as const;
  return { name, option, path: field.split('.'), ask, propose: () => false };
}

function summaryOf(ask: string): string {
  return ask[0]!.toLowerCase() + ask.slice(1);
}

function after(begin: string, account: string | boolean | undefined): string | undefined {
  return typeof account === 'string' ? `${begin}-${account}` : undefined;
}
