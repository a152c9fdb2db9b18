/**
 * The commands of docs/by-hand.md by the SDK, for machines without the AWS CLI: `aws <service> <operation>` becomes the operation's call,
 * `aws s3 …` those that the CLI makes. It knows what that page types, and refuses the rest by name.
 */
import { readFile } from 'node:fs/promises';
import { fromIni } from '@aws-sdk/credential-provider-ini';
import { clientsOf, sentOperation } from './credentials.ts';
import { s3Command } from './s3-commands.ts';
import { selected } from './selected.ts';

const FLAGS = ['SetAsDefault'];
const NUMBERS = ['DurationSeconds', 'MaxSessionDuration', 'MaxItems'];
const STRUCTURES = ['Tags', 'VersioningConfiguration'];
const GLOBAL = ['profile', 'query', 'output', 'endpoint-url', 'region'];

type Answer = Record<string, unknown>;

/** `--user-name ann` → `{ 'user-name': 'ann' }` */
function optionsOf(words: string[]): { plain: string[]; options: Record<string, string> } {
  const plain: string[] = [];
  const options: Record<string, string> = {};
  for (let index = 0; index < words.length; index++) {
    const word = words[index]!;
    if (!word.startsWith('--')) plain.push(word);
    else if (FLAGS.includes(pascal(word.slice(2)))) options[word.slice(2)] = 'true';
    else options[word.slice(2)] = words[++index] ?? '';
  }
  return { plain, options };
}

function pascal(words: string): string {
  return words.replace(/(^|-)([a-z0-9])/g, (_, __, letter: string) => letter.toUpperCase());
}

async function inputOf(options: Record<string, string>): Promise<Record<string, unknown>> {
  const given = Object.entries(options).filter(([name]) => !GLOBAL.includes(name));
  return Object.fromEntries(
    await Promise.all(given.map(async ([name, text]) => [pascal(name), await parameterOf(pascal(name), text)])),
  );
}

async function parameterOf(name: string, text: string): Promise<unknown> {
  if (text.startsWith('file://')) return readFile(text.slice('file://'.length), 'utf8');
  if (FLAGS.includes(name)) return true;
  if (NUMBERS.includes(name)) return Number(text);
  if (!STRUCTURES.includes(name)) return text;
  const fields = Object.fromEntries(text.split(',').map((field) => field.split('=')));
  return name === 'Tags' ? [fields] : fields;
}

async function run(argv: string[]): Promise<string> {
  const { plain, options } = optionsOf(argv);
  const [service = '', operation = '', ...words] = plain;
  if (service === 'configure' && operation === 'get') {
    const { accessKeyId, secretAccessKey } = await fromIni({ profile: options['profile']! })();
    return words[0] === 'aws_access_key_id' ? accessKeyId : secretAccessKey;
  }
  const clients = await clientsOf(options['profile']);
  if (service === 's3') return s3Command(clients.s3, operation, words);
  const module = service === 's3api' ? 's3' : service;
  if (module !== 's3' && module !== 'iam' && module !== 'sts') throw new Error(`aws ${service} is not known here`);
  const commands = (await import(`@aws-sdk/client-${module}`)) as Record<string, new (input: object) => never>;
  const Command = commands[`${pascal(operation)}Command`];
  if (!Command) throw new Error(`aws ${service} ${operation} is not known here`);
  const client = clients[module] as { send(command: object): Promise<object> };
  const { $metadata: _, ...answer } = (await client.send(new Command(await inputOf(options)))) as Answer;
  return selected(answer, options['query'], options['output'] ?? 'json');
}

const [, , ...argv] = process.argv;
run(argv).then(
  (text) => process.stdout.write(text === '' ? '' : `${text}\n`),
  (error: Error & { Code?: string; Error?: { Code?: string }; $metadata?: { httpStatusCode?: number } }) => {
    const code = error.Error?.Code ?? error.Code ?? (error.$metadata ? error.name : undefined);
    const status = error.$metadata?.httpStatusCode;
    const shown = code === 'Unknown' || code === 'UnknownError' || code === undefined ? status : code;
    process.stderr.write(
      `An error occurred (${shown}) when calling the ${sentOperation()} operation: ${error.message}\n`,
    );
    process.exitCode = 254;
  },
);
