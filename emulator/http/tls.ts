/** A certificate authority and a server certificate, made at each start. */
import { generate } from 'selfsigned';

export interface ServerCertificate {
  /** What a client must trust: for `ca` of an https.Agent, NODE_EXTRA_CA_CERTS, AWS_CA_BUNDLE. */
  caPem: string;
  certPem: string;
  keyPem: string;
}

const VALID_DAYS = 30;
const DAY_MS = 24 * 3600 * 1000;
/** Many clients take no wildcard right under a top-level domain: virtual-hosted buckets are `<bucket>.s3.localhost`. */
const DNS_NAMES = ['localhost', '*.localhost', 's3.localhost', '*.s3.localhost'];
const IP_ADDRESSES = ['127.0.0.1', '::1'];

/**
 * A fresh certificate for this machine. It is self-signed and no authority: whoever trusts it trusts one server,
 * and its key can't vouch for any other name. It satisfies strict verifiers (Python 3.13, Go) as well.
 */
export async function createCertificate(): Promise<ServerCertificate> {
  const now = Date.now();
  const { cert, private: keyPem } = await generate([{ name: 'commonName', value: 'Local AWS' }], {
    keyType: 'ec',
    curve: 'P-256',
    algorithm: 'sha256',
    notBeforeDate: new Date(now - DAY_MS),
    notAfterDate: new Date(now + VALID_DAYS * DAY_MS),
    extensions: [
      { name: 'basicConstraints', cA: false, critical: true },
      { name: 'keyUsage', digitalSignature: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      {
        name: 'subjectAltName',
        altNames: [
          ...DNS_NAMES.map((value) => ({ type: 2 as const, value })),
          ...IP_ADDRESSES.map((ip) => ({ type: 7 as const, ip })),
        ],
      },
    ],
  });
  return { caPem: cert, certPem: cert, keyPem };
}
