/** The least that a copy through Node can be: one request's answer piped into the other's body. No retry, no proof, no metadata. */

import type { IncomingMessage } from 'node:http';
import { Agent, request } from 'node:https';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { type Job, moveAll, readJob } from './job.ts';
import { presign } from './presign.ts';

/** The size of reads and writes that costs the least. */
const HIGH_WATER_MARK_BYTES = 1024 ** 2;

const job = readJob();
const agent = new Agent({ keepAlive: true, highWaterMark: HIGH_WATER_MARK_BYTES } as object);
await moveAll(job, (key) => move(job, key));
agent.destroy();

async function move({ url, region, source, destination }: Job, key: string): Promise<void> {
  const from = await presign({ method: 'GET', url: `${url}/${source.bucket}/${key}`, region, keys: source.keys });
  const to = `${url}/${destination.bucket}/${destination.prefix}${key}`;
  const into = await presign({ method: 'PUT', url: to, region, keys: destination.keys });
  const got = await answered(request(from, { agent }), true);
  const put = request(into, {
    agent,
    method: 'PUT',
    highWaterMark: HIGH_WATER_MARK_BYTES,
    headers: { 'content-length': got.headers['content-length'] },
  } as object);
  const answer = answered(put, false);
  await pipeline(got, put);
  await buffer(await answer);
}

function answered(sent: ReturnType<typeof request>, isWhole: boolean): Promise<IncomingMessage> {
  if (isWhole) sent.end();
  return new Promise((resolve, reject) => {
    sent.once('error', reject);
    sent.once('response', (response) => {
      if (response.statusCode === 200) resolve(response);
      else reject(new Error(`${sent.method} ${sent.path} was answered ${response.statusCode}`));
    });
  });
}
