/** `npm run try -- intrude`: tries what account A and the relay must not be able to do. */
import { DeleteObjectCommand, GetObjectCommand, ListObjectsV2Command, PutObjectCommand } from '@aws-sdk/client-s3';
import { AssumeRoleCommand, GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { printable } from '../../../cli/terminal/printable.ts';
import { writerRoleArn } from '../../../infra/arns.ts';
import type { AwsClients } from '../../aws-clients.ts';
import { listOwned } from '../../start/owned-objects.ts';
import { RELAY_PROFILE, WRITER_PROFILE } from '../../start/people.ts';
import type { Verb } from '../verb.ts';
import type { World } from '../world.ts';

interface Try {
  what: string;
  act(person: AwsClients): Promise<unknown>;
  allowed?: true;
}

interface Tried {
  as: string;
  arn: string;
  what: string;
  /** What AWS has answered; none if it was done. */
  refusal?: string;
  /** Whether that is as it must be. */
  asWanted: boolean;
}

export const intrude: Verb = {
  usage: 'intrude',
  summary: 'tries to read, list and delete in account B with all that account A has',
  more: `Tries it as account A's administrator, with the relay's stolen keys, and as the writer role that these keys lead to. Fails if
anything is allowed that must be refused, or if the writer may not put objects.`,
  json: '{"asWanted","tries":[{"as","arn","what","refusal","asWanted"}]}',
  async act({ world, tell }) {
    const tries: Tried[] = [];
    for (const { as, person, does } of await intruders(world)) tries.push(...(await tryAll(as, person, does)));
    const asWanted = tries.every((each) => each.asWanted);
    const verdict = asWanted ? [] : ['Not everything was refused that must be, or the writer may not put.'];
    tell({ asWanted, tries }, [...textOf(tries), ...verdict].join('\n'));
    return asWanted;
  },
};

async function intruders(world: World): Promise<{ as: string; person: AwsClients; does: Try[] }[]> {
  const route = world.config.routes[0]!;
  const { bucket: Bucket, account, prefix } = route.destination;
  const { value: there } = await listOwned(world.ownerOf(account).s3, Bucket).next();
  const Key = there?.key ?? `${prefix}anything`;
  const touch: Try[] = [
    { what: `read    ${Key}`, act: ({ s3 }) => s3.send(new GetObjectCommand({ Bucket, Key })) },
    { what: `list    ${prefix}`, act: ({ s3 }) => s3.send(new ListObjectsV2Command({ Bucket, Prefix: prefix })) },
    { what: `delete  ${Key}`, act: ({ s3 }) => s3.send(new DeleteObjectCommand({ Bucket, Key })) },
  ];
  const put = (key: string): Try => ({
    what: `put     ${key}`,
    act: ({ s3 }) => s3.send(new PutObjectCommand({ Bucket, Key: key, Body: 'from an intruder' })),
  });
  const becomeWriter = (what: string, externalId?: string): Try => ({
    what,
    act: ({ sts }) =>
      sts.send(
        new AssumeRoleCommand({ RoleArn: writerRoleArn(route), RoleSessionName: 'intruder', ExternalId: externalId }),
      ),
  });
  return [
    {
      as: 'Account A’s administrator',
      person: world.a,
      does: [...touch, put(`${prefix}intruder.txt`), becomeWriter('become the writer', route.externalId)],
    },
    {
      as: 'The relay’s own keys, stolen',
      person: world.as(RELAY_PROFILE),
      does: [...touch, becomeWriter('become the writer without the external id')],
    },
    {
      as: 'The writer, which the stolen keys lead to with the external id',
      person: world.as(WRITER_PROFILE),
      does: [...touch, put('elsewhere/intruder.txt'), { ...put(`${prefix}intruder.txt`), allowed: true }],
    },
  ];
}

async function tryAll(as: string, person: AwsClients, does: Try[]): Promise<Tried[]> {
  const { Arn: arn } = await person.sts.send(new GetCallerIdentityCommand({}));
  const tried: Tried[] = [];
  for (const { what, act, allowed = false } of does) {
    const refusal = await act(person).then(
      () => undefined,
      (error: Error) => `${error.name}: ${error.message}`,
    );
    const isRefused = refusal !== undefined;
    tried.push({ as, arn: arn!, what, ...(isRefused && { refusal }), asWanted: isRefused !== allowed });
  }
  return tried;
}

function textOf(tries: readonly Tried[]): string[] {
  return [...Map.groupBy(tries, ({ as }) => as)].flatMap(([as, its]) => [
    `${as} (${its[0]!.arn})`,
    ...its.map(({ what, refusal }) => {
      return `  ${printable(what)}\n    ${printable(refusal ?? 'done: the one thing that account B grants')}`;
    }),
    '',
  ]);
}
