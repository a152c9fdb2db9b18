/** The writer role's inline policies, as account B's administrator changes them: two calls to IAM, which has no client here. */
import { createHash, createHmac } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { text } from 'node:stream/consumers';
import { SignatureV4 } from '@smithy/signature-v4';
import { UserError } from '../start/user-error.ts';
import type { World } from './world.ts';

const API_VERSION = '2010-05-08';

/** SignatureV4 wants a hash class of this shape. */
class Sha256 {
  readonly #hash;

  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#hash = secret === undefined ? createHash('sha256') : createHmac('sha256', secret as string);
  }

  update(data: Uint8Array | string): void {
    this.#hash.update(data);
  }

  digest(): Promise<Uint8Array> {
    return Promise.resolve(this.#hash.digest());
  }

  reset(): void {}
}

export function roleOf(world: World) {
  const { writerRoleName: RoleName } = world.config.routes[0]!;
  return {
    put: (PolicyName: string, document: object) =>
      call(world, 'PutRolePolicy', { RoleName, PolicyName, PolicyDocument: JSON.stringify(document) }),
    remove: (PolicyName: string) => call(world, 'DeleteRolePolicy', { RoleName, PolicyName }),
  };
}

/** @throws UserError with IAM's own words */
async function call(world: World, Action: string, parameters: Record<string, string>): Promise<void> {
  const { keys, region } = world.ownerOf(world.config.routes[0]!.destination.account);
  const { host, hostname, port } = new URL(world.url);
  const body = String(new URLSearchParams({ Action, Version: API_VERSION, ...parameters }));
  const signer = new SignatureV4({
    service: 'iam',
    region,
    sha256: Sha256,
    credentials: { ...keys, sessionToken: keys.sessionToken as string },
  });
  const { headers } = await signer.sign({
    method: 'POST',
    protocol: 'https:',
    hostname,
    port: Number(port),
    path: '/',
    headers: { host, 'content-type': 'application/x-www-form-urlencoded' },
    body,
  });
  const outgoing = request({ method: 'POST', hostname, port, path: '/', headers, ca: world.caPem });
  outgoing.end(body);
  const [answer] = (await once(outgoing, 'response')) as [IncomingMessage];
  const xml = await text(answer);
  if (answer.statusCode !== 200) throw new UserError(/<Message>(.*)<\/Message>/.exec(xml)?.[1] ?? xml);
}
