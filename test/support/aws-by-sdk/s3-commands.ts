/** `aws s3 …`, as far as docs/by-hand.md uses it. */
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';

interface Place {
  Bucket: string;
  Key: string;
}

export async function s3Command(s3: S3Client, name: string, [first = '', second = '']: string[]): Promise<string> {
  switch (name) {
    case 'mb':
      await s3.send(new CreateBucketCommand({ Bucket: placeOf(first).Bucket }));
      return `make_bucket: ${placeOf(first).Bucket}`;
    case 'ls':
      return first === '' ? listBuckets(s3) : list(s3, placeOf(first));
    case 'rm':
      await s3.send(new DeleteObjectCommand(placeOf(first)));
      return `delete: ${first}`;
    case 'cp':
      return second.startsWith('s3://') ? upload(s3, first, placeOf(second)) : download(s3, placeOf(first), second);
    case 'sync':
      return second.startsWith('s3://') ? push(s3, first, placeOf(second)) : pull(s3, placeOf(first), second);
    default:
      throw new Error(`aws s3 ${name} is not known here`);
  }
}

function placeOf(uri: string): Place {
  const [, Bucket = '', Key = ''] = /^s3:\/\/([^/]+)\/?(.*)$/.exec(uri) ?? [];
  if (Bucket === '') throw new Error(`${uri} names no bucket`);
  return { Bucket, Key };
}

async function listBuckets(s3: S3Client): Promise<string> {
  const { Buckets = [] } = await s3.send(new ListBucketsCommand({}));
  return Buckets.map(({ Name, CreationDate }) => `${CreationDate!.toISOString()} ${Name}`).join('\n');
}

async function list(s3: S3Client, { Bucket, Key: Prefix }: Place): Promise<string> {
  const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket, Prefix, Delimiter: '/' }));
  return Contents.map(({ Key, Size }) => `${Size} ${Key!.slice(Prefix.length)}`).join('\n');
}

async function upload(s3: S3Client, file: string, { Bucket, Key }: Place): Promise<string> {
  await s3.send(new PutObjectCommand({ Bucket, Key, Body: await readFile(file) }));
  return `upload: ./${file} to s3://${Bucket}/${Key}`;
}

/** The CLI looks before it reads. */
async function download(s3: S3Client, place: Place, file: string): Promise<string> {
  await s3.send(new HeadObjectCommand(place));
  const { Body } = await s3.send(new GetObjectCommand(place));
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, await Body!.transformToByteArray());
  return `download: s3://${place.Bucket}/${place.Key} to ${file}`;
}

async function pull(s3: S3Client, { Bucket, Key: Prefix }: Place, folder: string): Promise<string> {
  const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket, Prefix }));
  const lines: string[] = [];
  for (const { Key } of Contents) lines.push(await download(s3, { Bucket, Key: Key! }, join(folder, Key!)));
  return lines.join('\n');
}

async function push(s3: S3Client, folder: string, { Bucket }: Place): Promise<string> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  const lines: string[] = [];
  for (const file of files) {
    const Key = file.slice(folder.length + 1);
    await s3.send(new PutObjectCommand({ Bucket, Key, Body: await readFile(file) }));
    lines.push(`upload: ${file} to s3://${Bucket}/${Key}`);
  }
  return lines.join('\n');
}
