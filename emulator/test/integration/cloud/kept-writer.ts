/** A program that writes into a kept AWS until it is killed: objects, an item for each, and deletes. It says each that was answered. */
import { randomBytes } from 'node:crypto';
import { Agent } from 'node:https';
import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { DeleteObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { LocalCloud } from '../../../cloud.ts';
import { ACCOUNT, BUCKET, keptStack, REGION, TABLE } from './kept-stack.ts';

const [folder] = process.argv.slice(2);
const WRITERS = 4;
const LARGEST_BYTES = 20_000;

const cloud = await LocalCloud.start({ keep: folder!, stacks: [keptStack()] });
const settings = {
  endpoint: cloud.url,
  region: REGION,
  credentials: cloud.operator(ACCOUNT),
  requestHandler: new NodeHttpHandler({ httpsAgent: new Agent({ ca: cloud.caPem }) }),
};
const s3 = new S3Client({ ...settings, forcePathStyle: true });
const dynamodb = new DynamoDBClient(settings);

/** An object with its item stays; every second one goes again. */
async function write(): Promise<void> {
  for (let count = 0; ; count++) {
    const Key = randomBytes(4).toString('hex');
    const Body = randomBytes(1 + Math.floor(Math.random() * LARGEST_BYTES));
    const { VersionId } = await s3.send(new PutObjectCommand({ Bucket: BUCKET, Key, Body }));
    if (count % 2 === 0) await s3.send(new DeleteObjectCommand({ Bucket: BUCKET, Key, VersionId }));
    else await dynamodb.send(new PutItemCommand({ TableName: TABLE, Item: { id: { S: `${Key} ${VersionId}` } } }));
    process.stdout.write(`${Key}\n`);
  }
}

await Promise.all(Array.from({ length: WRITERS }, write));
