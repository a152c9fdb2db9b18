import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { Agent } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { S3Client } from '@aws-sdk/client-s3';
import { AssumeRoleCommand, type AssumeRoleCommandInput, STSClient } from '@aws-sdk/client-sts';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { LocalCloud, type Template, templateStack } from '../../../emulator/index.ts';
import { ACCOUNT_A, ACCOUNT_B, type Keys, REGION } from '../../support/two-accounts.ts';

export interface Clients {
  s3: S3Client;
  sts: STSClient;
}

/** Accounts made from the CloudFormation templates of one folder, and what people do in them. */
export interface Scenario {
  cloud: LocalCloud;
  /** Settings files as they are in `~/.aws`, and the variables that lead a CLI or an SDK there. */
  environment: NodeJS.ProcessEnv;
  /** The access key that a template made for a user. */
  keysOf(user: string): Keys;
  /** @param from another address of this machine, for conditions on the source IP */
  as(keys: Keys, from?: string): Clients;
  /** Lets the servers' clocks go ahead. */
  wait(minutes: number): void;
  close(): Promise<void>;
}

export interface ScenarioSettings {
  /** Template file → the account it is deployed into, in this order. */
  templates: Record<string, string>;
  /** Profile → user, for `~/.aws/credentials`. */
  credentials?: Record<string, string>;
}

export async function startScenario(folder: string, settings: ScenarioSettings): Promise<Scenario> {
  const { templates, credentials = {} } = settings;
  let aheadMs = 0;
  const stacks = Object.entries(templates).map(([file, account]) =>
    templateStack({ account, region: REGION, name: file, template: readTemplate(folder, file) }),
  );
  const accountsWithOperator = [...new Set([ACCOUNT_A, ACCOUNT_B, ...Object.values(templates)])];
  const cloud = await LocalCloud.start({
    stacks,
    accountsWithOperator,
    clock: () => Date.now() + aheadMs,
    clientClock: Date.now,
  });
  const keysOf = (user: string): Keys => {
    const outputs = Object.assign({}, ...stacks.map(({ name }) => cloud.outputs(name)));
    return { accessKeyId: outputs[`${logicalId(user)}KeyId`], secretAccessKey: outputs[`${logicalId(user)}Secret`] };
  };
  const home = mkdtempSync(join(tmpdir(), 'upload-relay-scenario-'));
  const profiles = Object.entries(credentials).map(([profile, user]): [string, Keys] => [profile, keysOf(user)]);
  for (const account of accountsWithOperator) {
    profiles.push(
      [`admin-${account}`, cloud.operator(account)],
      [`root-${account}`, cloud.directory.addRootKey(account)],
    );
  }
  writeFileSync(join(home, 'config'), '');
  writeFileSync(join(home, 'credentials'), profiles.map(credentialsSection).join('\n'), { mode: 0o600 });
  return {
    cloud,
    environment: {
      // The CLI keeps the sessions of assumed roles there.
      HOME: home,
      AWS_CONFIG_FILE: join(home, 'config'),
      AWS_SHARED_CREDENTIALS_FILE: join(home, 'credentials'),
      AWS_ENDPOINT_URL: cloud.url,
      AWS_CA_BUNDLE: cloud.caFile,
      NODE_EXTRA_CA_CERTS: cloud.caFile,
      AWS_REGION: REGION,
      AWS_DEFAULT_REGION: REGION,
    },
    keysOf,
    as: (keys, from) => clientsOf(cloud, keys, from),
    wait: (minutes) => {
      aheadMs += minutes * 60_000;
    },
    close: async () => {
      await cloud.close();
      rmSync(home, { recursive: true });
    },
  };
}

export async function assume({ sts }: Clients, roleArn: string, input: Partial<AssumeRoleCommandInput> = {}) {
  const command = new AssumeRoleCommand({ RoleArn: roleArn, RoleSessionName: 'scenario', ...input });
  const { Credentials, AssumedRoleUser } = await sts.send(command);
  const keys: Keys = {
    accessKeyId: Credentials!.AccessKeyId!,
    secretAccessKey: Credentials!.SecretAccessKey!,
    sessionToken: Credentials!.SessionToken!,
  };
  return { keys, expiration: Credentials!.Expiration!, assumedRole: AssumedRoleUser! };
}

export function roleArn(account: string, name: string): string {
  return `arn:aws:iam::${account}:role/${name}`;
}

function readTemplate(folder: string, file: string): Template {
  return JSON.parse(readFileSync(new URL(`${folder}/${file}.json`, import.meta.url), 'utf8')) as Template;
}

function clientsOf(cloud: LocalCloud, credentials: Keys, localAddress: string | undefined): Clients {
  const agent = new Agent({ ca: cloud.caPem, keepAlive: true, ...(localAddress && { localAddress }) });
  const requestHandler = new NodeHttpHandler({ httpsAgent: agent });
  const settings = { endpoint: cloud.url, region: REGION, credentials, requestHandler };
  return { s3: new S3Client(settings), sts: new STSClient(settings) };
}

/** `dora_infra` → `DoraInfra`, as the templates call it. */
function logicalId(user: string): string {
  return user.replace(/(^|[-_])(.)/g, (_, __, letter: string) => letter.toUpperCase());
}

function credentialsSection([profile, { accessKeyId, secretAccessKey }]: [string, Keys]): string {
  return `[${profile}]\naws_access_key_id = ${accessKeyId}\naws_secret_access_key = ${secretAccessKey}\n`;
}
