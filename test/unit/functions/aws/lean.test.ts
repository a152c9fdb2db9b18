import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { HeadObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterEach, describe, expect, it } from 'vitest';
import { lean } from '../../../../functions/aws/lean.ts';

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

const ended: (() => void)[] = [];
afterEach(() => {
  for (const end of ended.splice(0)) end();
});

async function clientOf(answer: Answer, credentials: S3Client['config']['credentials'] = async () => keys('first')) {
  const server = createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const client = lean(
    new S3Client({ endpoint: `http://127.0.0.1:${port}`, forcePathStyle: true, region: 'us-east-1', credentials }),
  );
  ended.push(() => {
    client.destroy();
    server.closeAllConnections();
    server.close();
  });
  return { client, server };
}

function keys(accessKeyId: string) {
  return { accessKeyId, secretAccessKey: 'secret' };
}

function head(Key: string, Bucket = 'bucket') {
  return new HeadObjectCommand({ Bucket, Key });
}

describe('a lean client', () => {
  it('ends the request whose signal says so, and no other of its kind', async () => {
    const asked: string[] = [];
    const waiting: ServerResponse[] = [];
    const { client, server } = await clientOf((request, response) => {
      asked.push(request.url!);
      waiting.push(response);
    });
    const abort = new AbortController();
    const givenUp = client.send(head('given-up'), { abortSignal: abort.signal });
    const other = client.send(head('other'), { abortSignal: new AbortController().signal });
    const without = client.send(head('without'));
    while (waiting.length < 3) await once(server, 'request');
    const closed = once(waiting[asked.indexOf('/bucket/given-up')]!, 'close');

    abort.abort();

    await expect(givenUp).rejects.toMatchObject({ name: 'AbortError' });
    await closed;
    for (const response of waiting) response.writeHead(200, { 'content-length': '7' }).end();
    expect((await other).ContentLength).toBe(7);
    expect((await without).ContentLength).toBe(7);
  });

  it('asks for nothing once the signal has aborted', async () => {
    let requests = 0;
    const { client } = await clientOf((_request, response) => {
      requests++;
      response.end();
    });
    await client.send(head('first'));
    await expect(client.send(head('second'), { abortSignal: AbortSignal.abort() })).rejects.toThrow();
    expect(requests).toBe(1);
  });

  it('asks for each object by its own key, however many at once', async () => {
    const { client } = await clientOf((request, response) => {
      response.writeHead(200, { etag: request.url! }).end();
    });
    const names = Array.from({ length: 50 }, (_, index) => `key-${index}`);
    const answers = await Promise.all(names.map((name) => client.send(head(name))));
    expect(answers.map(({ ETag }) => ETag)).toEqual(names.map((name) => `/bucket/${name}`));
  });

  it('signs with new credentials when the old ones expire', async () => {
    const signedBy: string[] = [];
    let session = 'first';
    const credentials = async () => ({ ...keys(session), expiration: new Date(Date.now() + 1000) });
    const { client } = await clientOf((request, response) => {
      signedBy.push(/Credential=(\w+)/.exec(request.headers.authorization!)![1]!);
      response.end();
    }, credentials as never);
    await client.send(head('a'));
    session = 'second';
    await client.send(head('b'));
    expect(signedBy).toEqual(['first', 'second']);
  });

  it('refuses a bucket other than its first', async () => {
    const { client } = await clientOf((_request, response) => void response.end());
    await client.send(head('a'));
    expect(() => client.send(head('a', 'another'))).toThrow(
      'This client serves the bucket "bucket" and no other, not "another".',
    );
  });
});
