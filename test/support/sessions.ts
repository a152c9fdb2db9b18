import { AssumeRoleCommand, type AssumeRoleCommandInput } from '@aws-sdk/client-sts';
import { type AwsClients, EXTERNAL_ID, type Keys, type TwoAccounts, WRITER_ROLE_ARN } from './two-accounts.ts';

/** Keys of a role as Lambda would get them: by its trust in lambda.amazonaws.com. */
export function lambdaKeys(world: TwoAccounts, roleArn: string): Keys {
  return keysOnly(
    world.cloud.sts.assumeRoleAsService({
      roleArn,
      service: 'lambda.amazonaws.com',
      sessionName: 'test',
      durationSeconds: 3600,
    }),
  );
}

/** Assumes the writer role with somebody's clients. */
export async function assumeWriter(clients: AwsClients, change: Partial<AssumeRoleCommandInput> = {}): Promise<Keys> {
  const { Credentials } = await clients.sts.send(
    new AssumeRoleCommand({ RoleArn: WRITER_ROLE_ARN, RoleSessionName: 'test', ExternalId: EXTERNAL_ID, ...change }),
  );
  return {
    accessKeyId: Credentials!.AccessKeyId!,
    secretAccessKey: Credentials!.SecretAccessKey!,
    sessionToken: Credentials!.SessionToken!,
  };
}

function keysOnly({ accessKeyId, secretAccessKey, sessionToken }: Keys): Keys {
  return sessionToken === undefined ? { accessKeyId, secretAccessKey } : { accessKeyId, secretAccessKey, sessionToken };
}
