/** `npm run dashboard`: draws docs/dashboard.svg from the synthesized dashboard and from what a local relay measures. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Faults, LocalCloud, readAssembly } from '../../emulator/index.ts';
import { parseConfig } from '../../infra/config/config.ts';
import { relayNames, stackName } from '../../infra/names.ts';
import { awsClients } from '../aws-clients.ts';
import { changeSettings } from '../changed-stacks.ts';
import { parseOptionsOf, runCli } from '../cli.ts';
import { ownBucket } from '../start/own-bucket.ts';
import { committedContext, synthesize } from '../synth.ts';
import { drawDashboard } from './svg.ts';
import { makeTraffic, TRAFFIC_SECONDS } from './traffic.ts';
import { pointsOf, widgetsOf } from './widgets.ts';

const PICTURE = new URL('../../docs/dashboard.svg', import.meta.url);
/** CloudWatch draws a point every five minutes. The picture shows a minute and a half, so it needs more points. */
const BUCKET_SECONDS = 3;
const SEED = 6;
/** A few of the uploads are larger, so that large objects are seen too; more would take longer than the picture's time. */
const LARGE_OBJECT_BYTES = 8 * 1024 ** 2;

const HELP = `Draws docs/dashboard.svg from what a local relay measures in a minute and a half of made-up traffic.

  npm run dashboard
`;

async function main(args: string[]): Promise<void> {
  parseOptionsOf('npm run dashboard', { args });
  const folder = await mkdtemp(join(tmpdir(), 'upload-relay-dashboard-'));
  try {
    await synthesize(folder);
    const faults = new Faults({ seed: SEED });
    const stacks = readAssembly(folder);
    changeSettings(stacks, { largeObjectBytes: LARGE_OBJECT_BYTES });
    const cloud = await LocalCloud.start({ stacks, faults });
    try {
      const config = parseConfig(committedContext());
      const { account, region } = config.source;
      const { bucket, routes } = ownBucket(config);
      const { canaryRule, dropRule, dashboard } = relayNames(config);
      const { s3, sqs } = awsClients(cloud, { region, credentials: cloud.operator(account) });
      const arnOf = (rule: string) => cloud.scheduledRules.arns().find((arn) => arn.endsWith(`/${rule}`))!;
      // The second canary tells of the first.
      for (let canary = 1; canary <= 2; canary++) {
        cloud.scheduledRules.fire(arnOf(dropRule));
        await cloud.settled();
      }
      for (const arn of cloud.scheduler.arns()) await cloud.scheduler.fire(arn);
      const from = Date.now();
      process.stdout.write(`Two accounts are at work for ${TRAFFIC_SECONDS} seconds …\n`);
      await makeTraffic({
        cloud,
        faults,
        s3,
        sqs,
        bucket,
        queueUrl: cloud.outputs(stackName(config, 'source'))['QueueUrl']!,
        destinationBucket: routes[0]!.destination.bucket,
        scheduleArn: arnOf(canaryRule),
      });
      const span = { from, to: from + TRAFFIC_SECONDS * 1000, bucketSeconds: BUCKET_SECONDS };
      const svg = drawDashboard({
        title: 'Upload Relay',
        subtitle: [
          `Dashboard "${dashboard}" of the source stack, drawn from a local relay's own metrics: ${TRAFFIC_SECONDS} seconds, a point every ${BUCKET_SECONDS}.`,
          'At 30 s the destination throttles for 10 s; what it had refused too often comes again after a pause. At 55 s three objects turn out to have been deleted.',
        ],
        widgets: widgetsOf(cloud.cloudWatch.dashboard(dashboard), account),
        states: cloud.cloudWatch.evaluateAlarms(),
        points: (line) => pointsOf(cloud.cloudWatch.metrics, line, span),
        seconds: TRAFFIC_SECONDS,
      });
      await writeFile(PICTURE, svg);
      process.stdout.write('docs/dashboard.svg is drawn.\n');
    } finally {
      await cloud.close();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

runCli(main, { help: HELP, hasOwnFolder: true });
