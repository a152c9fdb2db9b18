import { text } from 'node:stream/consumers';
import { Sha256 } from '@aws-sdk/checksums/sha';
import { SignatureV4 } from '@smithy/signature-v4';
import { type AwsClients, REGION } from './two-accounts.ts';

export type KmsOperation = 'Encrypt' | 'Decrypt' | 'GenerateDataKey' | 'DisableKey' | 'EnableKey' | 'CreateKey';

/** What KMS answers, with bytes in base64. */
export interface KmsAnswer {
  KeyId: string;
  Plaintext: string;
  CiphertextBlob: string;
}

/**
 * Asks KMS itself, as whoever these clients act for. There is no client of KMS among the dependencies, so the request is put
 * together here, in KMS's protocol, and signed.
 * @param signingDate what time it is for the accounts
 * @throws Error with the name and the words that KMS answers with
 */
export async function askKms(
  { sts: { config } }: AwsClients,
  operation: KmsOperation,
  input: object,
  signingDate = new Date(),
): Promise<KmsAnswer> {
  const { protocol, hostname, port } = await config.endpoint!();
  const signer = new SignatureV4({
    service: 'kms',
    region: REGION,
    sha256: Sha256,
    credentials: config.credentials,
  });
  const request = {
    method: 'POST',
    protocol,
    hostname,
    ...(port !== undefined && { port }),
    path: '/',
    query: {},
    headers: {
      host: `${hostname}:${port}`,
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': `TrentService.${operation}`,
    },
    body: JSON.stringify(input),
  };
  const signed = await signer.sign(request, { signingDate });
  const { response } = await config.requestHandler.handle(signed as Parameters<typeof config.requestHandler.handle>[0]);
  // Some operations answer with no body at all.
  const answer = JSON.parse((await text(response.body)) || '{}');
  if (response.statusCode === 200) return answer;
  throw Object.assign(new Error(answer.message), { name: answer.__type });
}
