/** Relays with their real code, side by side in one local cloud. */
import { HeadObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { type LocalCloud, readAssembly, type StackInput } from '../../emulator/index.ts';
import { awsClients } from '../../local/aws-clients.ts';
import { assemblyOf } from '../support/assemblies.ts';
import type { CommittedContext } from '../support/stacks.ts';
import { eventually } from '../support/two-accounts.ts';

/** The stacks of a configuration, with code that runs. */
export async function stacksOf(relay: CommittedContext): Promise<StackInput[]> {
  return readAssembly(await assemblyOf(relay));
}

function s3Of(cloud: LocalCloud, { account, region }: { account: string; region: string }): S3Client {
  return awsClients(cloud, { region, credentials: cloud.operator(account) }).s3;
}

export async function drop(cloud: LocalCloud, { source }: CommittedContext, key: string, body = key): Promise<void> {
  await s3Of(cloud, source).send(new PutObjectCommand({ Bucket: source.bucket!, Key: key, Body: body }));
}

/** Whether it is at the destination of the only route. */
export async function hasArrived(cloud: LocalCloud, { routes }: CommittedContext, key: string): Promise<boolean> {
  const { destination } = routes[0]!;
  const there = { Bucket: destination.bucket, Key: destination.prefix + key };
  return s3Of(cloud, destination)
    .send(new HeadObjectCommand(there))
    .then(
      () => true,
      (error: Error) => {
        if (error.name === 'NotFound') return false;
        throw error;
      },
    );
}

/** Drops an object and waits for it on the other side. */
export async function relays(cloud: LocalCloud, relay: CommittedContext, key: string): Promise<true> {
  await drop(cloud, relay, key);
  return eventually(async () => (await hasArrived(cloud, relay, key)) || undefined);
}
