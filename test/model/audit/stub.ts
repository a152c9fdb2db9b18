/** A listing, a ledger and a report bucket of any size, over HTTP. What it does not know, it refuses. */
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import type { AuditStatus } from '../../../functions/request/audit-request.ts';

export const STUB_CONFIG = {
  sourceBucket: 'uploads',
  sourceAccount: '111111111111',
  destination: { account: '222222222222', bucket: 'destination', prefix: 'in/' },
  reportBucket: 'reports',
  table: 'ledger',
};

const UPLOADED_AT = '2026-01-15T09:30:00.000Z';
const DELIVERED_MS = 1_500;
/** Everything that a key may have. */
const ENDS = ['.pdf', ' with "quotes", and commas', '\nline\r\nends', '日本語', "'=1+1", ' 🎉 ', '&amp;<b>', '%2B+'];

/** The nth key, in the order of their bytes. */
export function keyOf(index: number): string {
  return `uploads/${String(index).padStart(9, '0')}${ENDS[index % ENDS.length]}`;
}

export function sizeOf(index: number): number {
  return 1_000 + (index % 977);
}

/** What the report must say of the nth key. */
export function statusOf(index: number): AuditStatus {
  if (index % 1_009 === 3) return 'missing';
  if (index % 1_013 === 5) return 'failed';
  if (index % 1_019 === 7) return 'superseded';
  if (index % 503 === 11) return 'unproved';
  return 'delivered';
}

function eTagOf(index: number): string {
  return `"${createHash('md5').update(String(index)).digest('hex')}"`;
}

/** S3 and DynamoDB, as far as an audit uses them. */
export class Stub {
  /** What lies in the report bucket, by key. */
  readonly files = new Map<string, Buffer>();
  /** Told of each request before it is answered; false means that it never is. */
  onRequest: () => boolean = () => true;
  requests = 0;
  readonly #keys: number;
  readonly #uploads = new Map<string, { key: string; parts: Map<number, Buffer> }>();
  readonly #server = createServer((request, response) => {
    this.#serve(request, response).catch((error: Error) => {
      if (!response.headersSent) response.writeHead(400).end(String(error.stack));
    });
  });

  constructor(keys: number) {
    this.#keys = keys;
  }

  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await buffer(request);
    this.requests += 1;
    if (!this.onRequest()) return;
    const target = request.headers['x-amz-target'];
    if (target === 'DynamoDB_20120810.BatchGetItem') {
      response.setHeader('content-type', 'application/x-amz-json-1.0');
      response.end(this.#receipts(JSON.parse(body.toString())));
      return;
    }
    const url = new URL(request.url!, 'http://stub');
    const [, bucket, ...rest] = url.pathname.split('/');
    const key = decodeURIComponent(rest.join('/'));
    if (request.method === 'GET' && bucket === STUB_CONFIG.sourceBucket && url.searchParams.get('list-type') === '2') {
      response.setHeader('content-type', 'application/xml');
      response.end(this.#list(url.searchParams));
      return;
    }
    if (bucket !== STUB_CONFIG.reportBucket) throw new Error(`${request.method} ${request.url} is not known`);
    this.#report(request.method!, key, url.searchParams, body, response);
  }

  #list(asked: URLSearchParams): string {
    const after = asked.get('start-after');
    const first = after === null ? 0 : Number(after.slice('uploads/'.length, 'uploads/'.length + 9)) + 1;
    const last = Math.min(first + Number(asked.get('max-keys')), this.#keys);
    const contents = [];
    for (let index = first; index < last; index++) {
      contents.push(
        `<Contents><Key>${encodeURIComponent(keyOf(index))}</Key><LastModified>${UPLOADED_AT}</LastModified><ETag>${eTagOf(index).replaceAll('"', '&quot;')}</ETag><Size>${sizeOf(index)}</Size><StorageClass>STANDARD</StorageClass></Contents>`,
      );
    }
    return `<?xml version="1.0" encoding="UTF-8"?><ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><EncodingType>url</EncodingType><IsTruncated>${last < this.#keys}</IsTruncated>${contents.join('')}</ListBucketResult>`;
  }

  #receipts({ RequestItems }: { RequestItems: Record<string, { Keys: { id: { S: string } }[] }> }): string {
    const { table } = STUB_CONFIG;
    const found = RequestItems[table]!.Keys.flatMap(({ id }) => receiptOf(id.S) ?? []);
    return JSON.stringify({ Responses: { [table]: found }, UnprocessedKeys: {} });
  }

  #report(method: string, key: string, asked: URLSearchParams, body: Buffer, response: ServerResponse): void {
    const uploadId = asked.get('uploadId') ?? '';
    const xml = (text: string) => response.setHeader('content-type', 'application/xml').end(text);
    if (method === 'POST' && asked.has('uploads')) {
      const id = `upload-${this.#uploads.size}`;
      this.#uploads.set(id, { key, parts: new Map() });
      xml(`<InitiateMultipartUploadResult><UploadId>${id}</UploadId></InitiateMultipartUploadResult>`);
    } else if (method === 'PUT' && uploadId !== '') {
      this.#uploads.get(uploadId)!.parts.set(Number(asked.get('partNumber')), body);
      response.setHeader('etag', `"${asked.get('partNumber')}"`).end();
    } else if (method === 'POST' && uploadId !== '') {
      const { parts } = this.#uploads.get(uploadId)!;
      const sorted = [...parts].sort(([one], [other]) => one - other);
      this.files.set(key, Buffer.concat(sorted.map(([, bytes]) => bytes)));
      this.#uploads.delete(uploadId);
      xml('<CompleteMultipartUploadResult><ETag>"etag"</ETag></CompleteMultipartUploadResult>');
    } else if (method === 'PUT') {
      this.files.set(key, body);
      response.setHeader('etag', '"etag"').end();
    } else if (method === 'GET' && this.files.has(key)) {
      response.setHeader('etag', '"etag"').end(this.files.get(key));
    } else {
      throw new Error(`${method} ${key} is not known`);
    }
  }
}

function receiptOf(id: string): Record<string, object> | undefined {
  const key = id.slice('main/'.length);
  const index = Number(key.slice('uploads/'.length, 'uploads/'.length + 9));
  const status = statusOf(index);
  if (status === 'missing') return undefined;
  const { sourceBucket, destination } = STUB_CONFIG;
  const base = {
    id: { S: id },
    route: { S: 'main' },
    attempts: { N: '1' },
    startedAt: { S: UPLOADED_AT },
    durationMs: { N: String(DELIVERED_MS) },
    sourceBucket: { S: sourceBucket },
    sourceKey: { S: key },
    destinationAccount: { S: destination.account },
  };
  if (status === 'failed') {
    return { ...base, status: { S: 'failed' }, reasonCode: { S: 'DestinationDenied' }, reason: { S: 'no, "never"' } };
  }
  return {
    ...base,
    status: { S: 'delivered' },
    sizeBytes: { N: String(sizeOf(index)) },
    sourceETag: { S: status === 'superseded' ? '"older"' : eTagOf(index) },
    sourceVersionId: { S: `source-${index}` },
    destinationBucket: { S: destination.bucket },
    destinationKey: { S: destination.prefix + key },
    destinationVersionId: { S: `destination-${index}` },
    destinationETag: { S: eTagOf(index) },
    checksumAlgorithm: { S: 'CRC64NVME' },
    checksumType: { S: 'FULL_OBJECT' },
    checksumValue: { S: 'AAAAAAAAAAA=' },
    checksumAnswered: { S: 'AAAAAAAAAAA=' },
    checksumOrigin: { S: status === 'unproved' ? 'transit' : 'source' },
  };
}
