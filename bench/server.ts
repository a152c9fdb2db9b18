/** The process with both accounts, deployed from the synthesized templates. Its own CPU time is not measured. */
import { createHash } from 'node:crypto';
import { LocalCloud, readAssembly, type StackInput } from '../emulator/index.ts';
import { relayRoleArn } from '../infra/arns.ts';
import { parseConfig } from '../infra/config/config.ts';
import { silentS3 } from '../local/aws-clients.ts';
import { changeProperties, changeSettings, disableMappings } from '../local/changed-stacks.ts';
import { ownBucket } from '../local/start/own-bucket.ts';
import { committedContext } from '../local/synth.ts';
import type { Ready, Request } from './protocol.ts';
import { putSource } from './sources.ts';

const config = parseConfig(committedContext());
const { bucket, routes } = ownBucket(config);
const source = { ...config.source, bucket };
const { destination } = routes[0]!;
/** The longest session of a role that a service assumes. A run takes a quarter of an hour. */
const SESSION_SECONDS = 3600;

const cloud = await LocalCloud.start({ stacks: stacks(process.argv[2]!), maxSandboxes: 1 });
// Each object gets the checksum that is named, or none, as before December 2024.
cloud.s3.bucket(bucket).settings.addsChecksums = false;
const uploader = silentS3(cloud, { region: source.region, credentials: cloud.operator(source.account) });
process.on('message', (request: Request) => {
  void prepare(request).then(
    () => process.send!({ kind: 'done' }),
    (error: Error) => process.send!({ kind: 'failed', problem: error.stack }),
  );
});
// Its folder holds gigabytes, which close() removes.
process.on('disconnect', () => void cloud.close().then(() => process.exit()));
process.send!(ready());

/** Buckets have no versions, so that each run overwrites the objects of the one before. No queue feeds the relay. */
function stacks(assembly: string): StackInput[] {
  const all = readAssembly(assembly);
  // One function relays objects of every size, so that only that function is measured.
  changeSettings(all, { largeObjectBytes: Number.MAX_SAFE_INTEGER });
  changeProperties(all, 'AWS::S3::Bucket', ({ VersioningConfiguration: _, ...others }) => others);
  disableMappings(all);
  return all;
}

function ready(): Ready {
  const relayKeys = cloud.sts.assumeRoleAsService({
    roleArn: relayRoleArn(config),
    service: 'lambda.amazonaws.com',
    sessionName: 'bench',
    durationSeconds: SESSION_SECONDS,
  });
  const side = ({ account, bucket }: { account: string; bucket: string }, prefix: string) => ({
    bucket,
    prefix,
    keys: cloud.operator(account),
  });
  return {
    kind: 'ready',
    url: cloud.url,
    caFile: cloud.caFile,
    region: source.region,
    source: side(source, ''),
    destination: side(destination, destination.prefix),
    relayKeys,
    functions: cloud.lambda.functions
      .list(source.account, source.region)
      .map(({ name, environment, taskRoot }) => ({ name, environment, taskRoot })),
  };
}

async function prepare(request: Request): Promise<void> {
  if (request.kind === 'sparse') {
    await cloud.s3.putSparseObject({ bucket: source.bucket, key: request.key, sizeBytes: request.sizeBytes });
    return;
  }
  for (const key of request.keys) {
    const bytes = Buffer.alloc(request.sizeBytes, createHash('sha256').update(key).digest());
    await putSource(uploader, request.source, { Bucket: source.bucket, Key: key }, bytes);
  }
}
