import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  CompleteMultipartUploadCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { checksumMode } from '../../../../functions/aws/checksum-mode.ts';
import { type S3Options, s3Client } from '../../../../functions/aws/s3-client.ts';

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

const ended: (() => void)[] = [];
afterEach(() => {
  vi.unstubAllEnvs();
  for (const end of ended.splice(0)) end();
});

async function clientOf(answer: Answer, credentials: S3Options['credentials'] = async () => keys('first')) {
  const server = createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  vi.stubEnv('AWS_ENDPOINT_URL_S3', `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const client = s3Client({ region: 'us-east-1', credentials: credentials!, maxAttempts: 1 }, [checksumMode]);
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

function head(Key: string) {
  return new HeadObjectCommand({ Bucket: 'bucket', Key });
}

describe('a client of S3', () => {
  it('ends the request whose signal says so, and no other of its kind', async () => {
    const asked: string[] = [];
    const waiting: ServerResponse[] = [];
    const { client, server } = await clientOf((request, response) => {
      asked.push(request.url!);
      waiting.push(response);
    });
    const abort = new AbortController();
    const aborted = client.send(head('aborted'), { abortSignal: abort.signal });
    const other = client.send(head('other'), { abortSignal: new AbortController().signal });
    const without = client.send(head('without'));
    while (waiting.length < 3) await once(server, 'request');
    const closed = once(waiting[asked.indexOf('/bucket/aborted')]!, 'close');

    abort.abort();

    await expect(aborted).rejects.toMatchObject({ name: 'AbortError' });
    await closed;
    for (const response of waiting) response.writeHead(200, { 'content-length': '7' }).end();
    expect((await other).ContentLength).toBe(7);
    expect((await without).ContentLength).toBe(7);
  });

  it('sends nothing once the signal has aborted', async () => {
    let requests = 0;
    const { client } = await clientOf((_request, response) => {
      requests++;
      response.end();
    });
    await client.send(head('first'));
    await expect(client.send(head('second'), { abortSignal: AbortSignal.abort() })).rejects.toThrow();
    expect(requests).toBe(1);
  });

  it('signs with new credentials when the old ones expire', async () => {
    const signedBy: string[] = [];
    let session = 'first';
    const { client } = await clientOf(
      (request, response) => {
        signedBy.push(/Credential=(\w+)/.exec(request.headers.authorization!)![1]!);
        response.end();
      },
      async () => ({ ...keys(session), expiration: new Date(Date.now() + 1000) }),
    );
    await client.send(head('a'));
    session = 'second';
    await client.send(head('b'));
    expect(signedBy).toEqual(['first', 'second']);
  });

  it('asks for the checksum of a whole object, and not of a range', async () => {
    const modes: unknown[] = [];
    const { client } = await clientOf((request, response) => {
      modes.push(request.headers['x-amz-checksum-mode']);
      response.end();
    });
    const object = { Bucket: 'bucket', Key: 'a' };
    await client.send(new GetObjectCommand(object));
    await client.send(new GetObjectCommand({ ...object, Range: 'bytes=0-0' }));
    expect(modes).toEqual(['ENABLED', undefined]);
  });

  it('sends any text as Expires', async () => {
    let expires: string | undefined;
    const { client } = await clientOf((request, response) => {
      expires = request.headers['expires'];
      response.end();
    });
    const input = { Bucket: 'bucket', Key: 'a', Body: 'a', ExpiresString: '3600' };
    await client.send(new PutObjectCommand(input));
    expect(expires).toBe('3600');
  });

  it.each([
    ['PreconditionFailed', 412],
    ['InternalError', 503],
  ])('takes %s within a 200 for a %d', async (code, status) => {
    const { client } = await clientOf((_request, response) =>
      response.end(`  <?xml version="1.0"?>\n<Error><Code>${code}</Code></Error> `),
    );
    const completion = client.send(new CompleteMultipartUploadCommand({ Bucket: 'bucket', Key: 'a', UploadId: 'u' }));
    await expect(completion).rejects.toMatchObject({ name: code, $metadata: { httpStatusCode: status } });
  });
});
