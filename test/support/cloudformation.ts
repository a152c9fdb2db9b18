import { text } from 'node:stream/consumers';
import { SignatureV4 } from '@smithy/signature-v4';
import { XMLParser } from 'fast-xml-parser';
import { type AwsClients, eventually, REGION } from './two-accounts.ts';

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

/** The parameters of a request that brings a template, and a value for each of its parameters. */
export function stackRequest(
  StackName: string,
  TemplateBody: string,
  values: Readonly<Record<string, string>>,
): Record<string, string> {
  const parameters = Object.entries(values).flatMap(([name, value], index) => [
    [`Parameters.member.${index + 1}.ParameterKey`, name],
    [`Parameters.member.${index + 1}.ParameterValue`, value],
  ]);
  const named = Object.fromEntries(parameters) as Record<string, string>;
  return { StackName, TemplateBody, 'Capabilities.member.1': 'CAPABILITY_NAMED_IAM', ...named };
}

/** Once the stack has come to rest. @returns its outputs */
export async function settledStack(clients: AwsClients, StackName: string): Promise<Record<string, string>> {
  const { StackStatus, StackStatusReason, Outputs } = await eventually(async () => {
    const { Stacks } = await describeStack(clients, StackName);
    return Stacks.member.StackStatus.endsWith('_IN_PROGRESS') ? undefined : Stacks.member;
  });
  if (!/^(CREATE|UPDATE)_COMPLETE$/.test(StackStatus)) throw new Error(`${StackStatus}: ${StackStatusReason}`);
  return outputsIn(Outputs);
}

/** The outputs of a stack as it is. */
export async function stackOutputs(clients: AwsClients, StackName: string): Promise<Record<string, string>> {
  return outputsIn((await describeStack(clients, StackName)).Stacks.member.Outputs);
}

async function describeStack(clients: AwsClients, StackName: string): Promise<Described> {
  return (await askCloudFormation(clients, 'DescribeStacks', { StackName })) as unknown as Described;
}

function outputsIn(outputs: Described['Stacks']['member']['Outputs']): Record<string, string> {
  const members = outputs === '' ? [] : [outputs.member].flat();
  return Object.fromEntries(members.map(({ OutputKey, OutputValue }) => [OutputKey, OutputValue]));
}

interface Output {
  OutputKey: string;
  OutputValue: string;
}
interface Described {
  Stacks: { member: { StackStatus: string; StackStatusReason?: string; Outputs: '' | { member: Output | Output[] } } };
}
