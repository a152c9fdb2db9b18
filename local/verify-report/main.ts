/** `npm run verify-report`: compares an audit report with the bucket that the objects were delivered to, as its owner. */
import { readFileSync } from 'node:fs';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { S3Client } from '@aws-sdk/client-s3';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { regionMissing, requireProfile } from '../../cli/aws/profile.ts';
import { UserError } from '../../cli/terminal/user-error.ts';
import { EXIT_FAILED, runCli } from '../cli.ts';
import { compare } from './compare.ts';
import { lookWithHead } from './head.ts';
import { type Inventory, lookInInventory, readInventory } from './inventory.ts';
import { HELP, type Options, parseOptions } from './options.ts';
import { Outcome } from './outcome.ts';
import { reasonOf } from './place.ts';
import { Progress } from './progress.ts';
import { DamagedPart, linesOf, type Manifest, type Part, type ReportLine, readManifest, verifyFile } from './report.ts';

/** Of each request: S3 may be busy for a while, and a million lines should not be begun anew for it. */
const ATTEMPTS = 10;

async function main(args: string[]): Promise<number> {
  const options = parseOptions(args);
  // The SDK finds credentials, region and endpoint of a profile by this variable, whatever kind of profile it is.
  if (options.profile !== undefined) process.env['AWS_PROFILE'] = options.profile;
  const { AWS_PROFILE: profile } = process.env;
  if (profile) requireProfile(profile, process.env);
  trustBundle(process.env['AWS_CA_BUNDLE']);
  const region = options.region === undefined ? {} : { region: options.region };
  const s3 = new S3Client({ ...region, followRegionRedirects: true, maxAttempts: ATTEMPTS });
  // Asked now, since a request that fails for want of it says so of whatever it was about.
  await s3.config.region().catch(() => {
    throw regionMissing(profile, process.env);
  });
  const manifest = await readManifest(s3, options.manifest);
  const inventory = options.inventory === undefined ? undefined : await readInventory(s3, options.inventory);
  const account = await accountOf(new STSClient(region));
  const outcome = new Outcome({ account, inventory });
  const progress = new Progress(manifest, outcome);
  const verification = { options, manifest, inventory, account, outcome, progress };
  await unlessDamaged(verification, () => verifyFile(s3, options.manifest, manifest.summary));
  for (const part of manifest.parts) {
    await unlessDamaged(verification, () => verifyPart(s3, verification, part));
    progress.partDone(part);
  }
  const nothing = outcome.whyNothing;
  if (nothing !== undefined) throw new UserError(`${options.manifest}: ${nothing}`);
  process.stdout.write(options.isJson ? `${JSON.stringify(outcome.toJSON(), undefined, 2)}\n` : outcome.totals());
  return outcome.isAsReported ? 0 : EXIT_FAILED;
}

/** The AWS CLI knows this variable, and the SDK does not. */
function trustBundle(file: string | undefined): void {
  if (!file) return;
  try {
    setDefaultCACertificates([...getCACertificates(), readFileSync(file, 'utf8')]);
  } catch (error) {
    throw new UserError(`AWS_CA_BUNDLE is "${file}", and can't be read: ${(error as Error).message}`);
  }
}

interface Verification {
  options: Options;
  manifest: Manifest;
  inventory: Inventory | undefined;
  account: string;
  outcome: Outcome;
  progress: Progress;
}

async function verifyPart(s3: S3Client, verification: Verification, part: Part): Promise<void> {
  const { options, manifest, inventory, account, outcome, progress } = verification;
  const own = async function* (): AsyncGenerator<ReportLine> {
    for await (const line of linesOf(s3, options.manifest, manifest, part)) {
      progress.tick();
      if (outcome.concerns(line)) yield line;
    }
  };
  const looked = inventory
    ? lookInInventory(s3, own(), inventory)
    : lookWithHead(s3, own(), { account, concurrency: options.concurrency });
  for await (const { line, found } of looked) {
    const difference = outcome.add(compare(line, found));
    if (difference !== undefined && !options.isJson) process.stdout.write(difference);
  }
}

/** A damaged file is told, and the others are verified all the same. */
async function unlessDamaged({ options, outcome }: Verification, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof DamagedPart)) throw error;
    const told = outcome.addDamaged(error.message);
    if (!options.isJson) process.stdout.write(told);
  }
}

/** @throws UserError */
async function accountOf(sts: STSClient): Promise<string> {
  try {
    const { Account } = await sts.send(new GetCallerIdentityCommand({}));
    return Account!;
  } catch (error) {
    throw new UserError(`AWS does not tell which account this is (${reasonOf(error)}). Say a profile: --profile b`);
  }
}

/** Errors of AWS and of the network are told in a sentence; a stack tells of a defect here. */
function told(error: unknown): unknown {
  const isForeign = error instanceof Error && ('$metadata' in error || 'code' in error);
  return isForeign ? new UserError(`The report can't be verified: ${reasonOf(error)}`) : error;
}

runCli(
  (args) =>
    main(args).catch((error: unknown) => {
      throw told(error);
    }),
  { help: HELP },
);
