/** Lists the buckets of its own account and, by a role that may look, those of another: `node list-both-accounts.ts <role ARN>`. */
import { ListBucketsCommand, S3Client } from '@aws-sdk/client-s3';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';

const [roleArn] = process.argv.slice(2);

try {
  print('own', await namesOf(new S3Client()));
  const assume = new AssumeRoleCommand({ RoleArn: roleArn, RoleSessionName: 'list-both-accounts' });
  const { Credentials } = await new STSClient().send(assume);
  const credentials = {
    accessKeyId: Credentials!.AccessKeyId!,
    secretAccessKey: Credentials!.SecretAccessKey!,
    sessionToken: Credentials!.SessionToken!,
  };
  print('theirs', await namesOf(new S3Client({ credentials })));
} catch (error) {
  const { name, message } = error as Error;
  process.stderr.write(`${name}: ${message}\n`);
  process.exitCode = 1;
}

async function namesOf(s3: S3Client): Promise<string[]> {
  const { Buckets = [] } = await s3.send(new ListBucketsCommand({}));
  return Buckets.map(({ Name }) => Name!);
}

function print(whose: string, names: string[]): void {
  process.stdout.write(`${whose}: ${names.join(', ')}\n`);
}
