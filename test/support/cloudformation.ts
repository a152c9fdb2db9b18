import { text } from 'node:stream/consumers';
import { SignatureV4 } from '@smithy/signature-v4';
import { XMLParser } from 'fast-xml-parser';
import { type AwsClients, REGION } from './two-accounts.ts';

/**
 * Asks CloudFormation as whoever these clients act for. There is no client of it among the dependencies, so the request is put together here.
 * @returns the content of the answer's `<…Result>`
 * @throws Error with the name and the words that it answers with
 */
export async function askCloudFormation(
  { sts: { config } }: AwsClients,
  operation: string,
  parameters: Record<string, string>,
): Promise<Record<string, unknown>> {
  const { protocol, hostname, port } = await config.endpoint!();
  const { sha256, credentials, requestHandler } = config;
  const signer = new SignatureV4({ service: 'cloudformation', region: REGION, sha256, credentials });
  const signed = await signer.sign({
    method: 'POST',
    protocol,
    hostname,
    ...(port !== undefined && { port }),
    path: '/',
    query: {},
    headers: { host: `${hostname}:${port}`, 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ Action: operation, Version: '2010-05-15', ...parameters }).toString(),
  });
  const { response } = await requestHandler.handle(signed as Parameters<typeof requestHandler.handle>[0]);
  const answer = new XMLParser().parse(await text(response.body));
  if (response.statusCode === 200) return answer[`${operation}Response`][`${operation}Result`];
  const { Code, Message } = answer.ErrorResponse.Error;
  throw Object.assign(new Error(Message), { name: Code });
}
