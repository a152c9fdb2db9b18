/** What most programs do: the SDK's GET stream into lib-storage's Upload, everything at its defaults. */
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import type { Keys } from '../protocol.ts';
import { moveAll, readJob } from './job.ts';

const job = readJob();
const { source, destination, url, region } = job;
const client = (credentials: Keys) =>
  new S3Client({
    endpoint: url,
    region,
    forcePathStyle: true,
    credentials: { ...credentials, sessionToken: credentials.sessionToken as string },
  });
const reader = client(source.keys);
const writer = client(destination.keys);
await moveAll(job, async (Key) => {
  const { Body } = await reader.send(new GetObjectCommand({ Bucket: source.bucket, Key }));
  const to = { Bucket: destination.bucket, Key: destination.prefix + Key };
  await new Upload({ client: writer, params: { ...to, Body: Body! } }).done();
});
reader.destroy();
writer.destroy();
