/** Node's fetch takes no authorities of its own before Node 24; this one does, as far as signed requests need it. */
import { Agent as HttpAgent, request as requestHttp } from 'node:http';
import { type Agent, request as requestHttps } from 'node:https';
import { buffer } from 'node:stream/consumers';
import type { Signer } from '../../functions/aws/signed-request.ts';

export function fetchThrough(agent: Agent): NonNullable<Signer['fetch']> {
  return (url, { method, headers, body, signal }) =>
    new Promise((resolve, reject) => {
      const options = { method, headers, signal };
      const request = isSecure(url)
        ? requestHttps(url, { ...options, agent })
        : requestHttp(url, { ...options, agent: new HttpAgent() });
      request.once('error', reject);
      request.once('response', (answer) => {
        buffer(answer).then((bytes) => {
          const own = Object.entries(answer.headers).map(([name, value]): [string, string] => [name, `${value}`]);
          // Uint8Array, since a Buffer may share its memory with others.
          resolve(new Response(new Uint8Array(bytes), { status: answer.statusCode!, headers: own }));
        }, reject);
      });
      request.end(body);
    });
}

function isSecure({ protocol }: URL): boolean {
  return protocol === 'https:';
}
