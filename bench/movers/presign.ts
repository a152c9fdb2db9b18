/** Signs requests for the movers that use no SDK. */
import { Sha256 } from '@aws-sdk/checksums/sha';
import { SignatureV4 } from '@smithy/signature-v4';
import type { Keys } from '../protocol.ts';

/** A URL that anybody may use for one kind of request: no header need be signed then. */
export async function presign(options: { method: string; url: string; region: string; keys: Keys }): Promise<string> {
  const { method, url, region, keys } = options;
  const { protocol, hostname, port, pathname, host } = new URL(url);
  const signer = new SignatureV4({
    service: 's3',
    region,
    sha256: Sha256,
    uriEscapePath: false,
    credentials: { ...keys, sessionToken: keys.sessionToken as string },
  });
  const unsigned = { method, protocol, hostname, port: Number(port), path: pathname, headers: { host } };
  const { path, query } = await signer.presign(
    { ...unsigned, headers: { host, 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' } },
    { unsignableHeaders: new Set(['x-amz-content-sha256']) },
  );
  const search = new URLSearchParams(query as Record<string, string>);
  return `${protocol}//${host}${path}?${search}`;
}
