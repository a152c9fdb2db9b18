/** A program that writes into a kept AWS until it is killed: objects, an item for each, and deletes. It says each that was answered. */
import { randomBytes } from 'node:crypto';
import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { DeleteObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { LocalCloud } from '../../../cloud.ts';
import { BUCKET, clientSettings, keptStack, TABLE } from './kept-stack.ts';

const [folder] = process.argv.slice(2);
const WRITERS = 4;
const LARGEST_BYTES = 20_000;
const LOOSE = 4;

const cloud = await LocalCloud.start({ keep: folder!, stacks: [keptStack()] });
const settings = clientSettings(cloud);
const s3 = new S3Client({ ...settings, forcePathStyle: true });
const dynamodb = new DynamoDBClient(settings);

/** An object with its item stays; every second one has none, and goes when some others have come: it was saved meanwhile. */
async function write(): Promise<void> {
  const loose: { Key: string; VersionId: string | undefined }[] = [];
  for (let count = 0; ; count++) {
    const Key = randomBytes(4).toString('hex');
    const Body = randomBytes(1 + Math.floor(Math.random() * LARGEST_BYTES));
    const { VersionId } = await s3.send(new PutObjectCommand({ Bucket: BUCKET, Key, Body }));
    if (count % 2 === 0) loose.push({ Key, VersionId });
    else await dynamodb.send(new PutItemCommand({ TableName: TABLE, Item: { id: { S: `${Key} ${VersionId}` } } }));
    if (loose.length > LOOSE) await s3.send(new DeleteObjectCommand({ Bucket: BUCKET, ...loose.shift()! }));
    process.stdout.write(`${Key}\n`);
  }
}

await Promise.all(Array.from({ length: WRITERS }, write));
