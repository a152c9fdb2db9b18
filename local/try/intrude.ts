/** `npm run try -- intrude`: tries what account A and the relay must not be able to do. */
import { DeleteObjectCommand, GetObjectCommand, ListObjectsV2Command, PutObjectCommand } from '@aws-sdk/client-s3';
import { AssumeRoleCommand, GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { writerRoleArn } from '../../infra/arns.ts';
import type { AwsClients } from '../aws-clients.ts';
import { listOwned } from '../start/owned-objects.ts';
import { RELAY_PROFILE, WRITER_PROFILE } from '../start/people.ts';
import type { World } from './world.ts';

interface Try {
  what: string;
  act(person: AwsClients): Promise<unknown>;
  allowed?: true;
}

/**
 * Tries to access account B as account A's administrator, with the relay's stolen keys, and as the writer role that these keys can assume.
 * @throws Error if anything is allowed that must be refused, or if the writer may not put objects
 */
export async function intrude(world: World): Promise<void> {
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
  const asWanted = [
    await tryAll('Account A’s administrator', world.a, [
      ...touch,
      put(`${prefix}intruder.txt`),
      becomeWriter('become the writer', route.externalId),
    ]),
    await tryAll('The relay’s own keys, stolen', world.as(RELAY_PROFILE), [
      ...touch,
      becomeWriter('become the writer without the external id'),
    ]),
    await tryAll('The writer, which the stolen keys lead to with the external id', world.as(WRITER_PROFILE), [
      ...touch,
      put('elsewhere/intruder.txt'),
      { ...put(`${prefix}intruder.txt`), allowed: true },
    ]),
  ];
  if (!asWanted.every(Boolean)) throw new Error('Not everything was refused that must be, or the writer may not put.');
}

async function tryAll(title: string, person: AwsClients, tries: Try[]): Promise<boolean> {
  const { Arn } = await person.sts.send(new GetCallerIdentityCommand({}));
  process.stdout.write(`${title} (${Arn})\n`);
  let asWanted = true;
  for (const { what, act, allowed = false } of tries) {
    const refusal = await act(person).then(
      () => undefined,
      (error: Error) => `${error.name}: ${error.message}`,
    );
    process.stdout.write(`  ${what}\n    ${refusal ?? 'done: the one thing that account B grants'}\n`);
    asWanted &&= (refusal === undefined) === allowed;
  }
  process.stdout.write('\n');
  return asWanted;
}
