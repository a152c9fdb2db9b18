/** The local AWS as a whole: all services of all accounts behind one port, made from templates. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { Organization } from './authorization/organization.ts';
import type { CloudOptions } from './cloud-options.ts';
import type { Clock } from './core/api.ts';
import type { AccessKey, Credentials } from './core/credentials.ts';
import type { Keeper } from './core/keeper.ts';
import { findPartition } from './core/partition.ts';
import type { DeliveryFailure } from './core/queue-delivery.ts';
import type { Ticker } from './core/ticker.ts';
import type { Faults } from './faults/faults.ts';
import { Gateway } from './http/gateway.ts';
import { createCertificate, type ServerCertificate } from './http/tls.ts';
import { inventory } from './inventory.ts';
import { Keeping } from './keeping/keeping.ts';
import type { KeptSummary } from './keeping/kept-folder.ts';
import { codeInUse, keepersOf } from './kept-services.ts';
import { operatorKey } from './operator.ts';
import type { CloudWatch } from './services/cloudwatch/store.ts';
import type { DynamoDbService } from './services/dynamodb/service.ts';
import type { ScheduledRules } from './services/eventbridge/state/scheduled-rules.ts';
import { type Assignment, signIn } from './services/iam/permission-sets.ts';
import type { Directory } from './services/iam/state/directory.ts';
import type { Machine } from './services/imds/machine.ts';
import { Machines, type NewMachine } from './services/imds/machines.ts';
import type { LambdaService } from './services/lambda/service.ts';
import type { LogStore } from './services/logs/store.ts';
import type { S3Service } from './services/s3/service.ts';
import type { Scheduler } from './services/scheduler/store.ts';
import type { Topics } from './services/sns/store.ts';
import type { SqsService } from './services/sqs/service.ts';
import type { StsService } from './services/sts/service.ts';
import { makeServices, type Services } from './services.ts';
import type { StackInput } from './templates/assembly.ts';
import type { CloudFormation, CreateOptions, DeployOptions } from './templates/cloudformation.ts';
import { DeploymentError } from './templates/errors.ts';
import type { Deployment } from './templates/operation.ts';
import type { StackId } from './templates/stack.ts';
import type { StackDescription } from './templates/stack-registry.ts';

const HOST = '127.0.0.1';
const MAX_SANDBOXES = 10;
const SETTLED_POLL_MS = 20;

export class LocalCloud {
  readonly folder: string;
  readonly caPem: string;
  /** The file with the certificate authority, for NODE_EXTRA_CA_CERTS and AWS_CA_BUNDLE. */
  readonly caFile: string;
  readonly directory: Directory;
  /** Without one in the options there is none, and no account is in it. */
  readonly organization: Organization | undefined;
  readonly s3: S3Service;
  readonly sqs: SqsService;
  readonly sts: StsService;
  readonly lambda: LambdaService;
  readonly dynamodb: DynamoDbService;
  readonly logs: LogStore;
  readonly cloudWatch: CloudWatch;
  readonly topics: Topics;
  /** EventBridge rules that go by a schedule. */
  readonly scheduledRules: ScheduledRules;
  readonly scheduler: Scheduler;
  readonly ticker: Ticker;
  readonly faults: Faults | undefined;
  readonly cloudFormation: CloudFormation;
  /** Faults of the local AWS itself, and of work that nobody waits for: a test should find none. */
  readonly unexpectedErrors: unknown[] = [];
  readonly #clock: Clock;
  readonly #gateway: Gateway;
  readonly #services: Services;
  readonly #accountsWithOperator: readonly string[] | undefined;
  readonly #removesFolder: boolean;
  readonly #machines: Machines;
  readonly #operators = new Map<string, AccessKey>();
  #url = '';
  #keeping: Keeping | undefined;
  #kept: KeptSummary | undefined;
  #closed: Promise<void> | undefined;

  /**
   * @throws DeploymentError for a template; KeptFolderError for a folder to `keep` that can't be gone on with; the system's own error for a
   * busy port (`EADDRINUSE`). Nothing is left behind, and what was kept stays as it was.
   */
  static async start(options: CloudOptions): Promise<LocalCloud> {
    const given = options.keep ?? options.folder;
    refuseToKeep(options);
    const folder = given ? resolve(given) : await mkdtemp(join(tmpdir(), 'local-aws-'));
    await mkdir(folder, { recursive: true, ...(options.keep && { mode: 0o700 }) });
    const cloud = new LocalCloud(options, folder, await createCertificate());
    try {
      await cloud.#open(options);
    } catch (error) {
      await cloud.close();
      throw error;
    }
    return cloud;
  }

  private constructor(options: CloudOptions, folder: string, certificate: ServerCertificate) {
    const { clock = Date.now, faults } = options;
    const onUnexpectedError = (error: unknown) => void this.unexpectedErrors.push(error);
    this.folder = folder;
    this.caPem = certificate.caPem;
    this.caFile = join(folder, 'ca.pem');
    this.faults = faults;
    this.organization = options.organization && new Organization(options.organization);
    this.#clock = clock;
    this.#removesFolder = (options.keep ?? options.folder) === undefined;
    this.#accountsWithOperator = options.accountsWithOperator;
    const services = makeServices({
      clock,
      folder,
      isKept: options.keep !== undefined,
      caFile: this.caFile,
      endpoint: () => this.#url,
      maxSandboxes: options.maxSandboxes ?? MAX_SANDBOXES,
      movesFunctionClocks: options.movesFunctionClocks ?? false,
      faults,
      lateness: options.lateness,
      organization: this.organization,
      deploySeed: options.deploySeed,
      onLog: options.onLog ?? (() => undefined),
      onObjectCreated: options.onObjectCreated ?? (() => undefined),
      onUnexpectedError,
    });
    this.directory = services.directory;
    this.s3 = services.s3;
    this.sqs = services.sqs;
    this.sts = services.sts;
    this.lambda = services.lambda;
    this.dynamodb = services.dynamodb;
    this.logs = services.logs;
    this.cloudWatch = services.cloudWatch;
    this.topics = services.topics;
    this.scheduledRules = services.scheduledRules;
    this.scheduler = services.scheduler;
    this.ticker = services.ticker;
    this.#services = services;
    this.#machines = new Machines({
      profiles: services.directory.instanceProfiles,
      assume: (assumption) => services.sts.assumeRoleAsService(assumption),
      clock,
    });
    this.cloudFormation = services.cloudFormation;
    const { keyFinder, byScope, intercept } = services;
    this.#gateway = new Gateway({
      directory: keyFinder,
      clock,
      clientClock: options.clientClock,
      services: byScope,
      certificate,
      onUnexpectedError,
      ...(intercept && { intercept }),
    });
  }

  /** Where all services listen, e.g. `https://127.0.0.1:4566`. */
  get url(): string {
    return this.#url;
  }

  /** What was in the folder to `keep` at the start; undefined when nothing was. */
  get kept(): KeptSummary | undefined {
    return this.#kept;
  }

  /** Events that a queue refused to take, say for want of a queue policy. */
  get deliveryFailures(): DeliveryFailure[] {
    return [...this.#services.notifications.failures, ...this.#services.eventBus.failures];
  }

  /**
   * Creates the stack, or updates the one of that name in that account and region; a failure is rolled back.
   * @returns what was done, by logical id
   * @throws DeploymentError for whatever the template does wrong, naming the order of its resources
   */
  async deploy(stack: StackInput, options?: CreateOptions): Promise<Deployment> {
    this.#addAccount(stack.account, partitionFor(stack, this.directory));
    const assets = this.#keeping ? await this.#services.codeArchives.adopt(stack.assets) : stack.assets;
    return this.cloudFormation.deploy({ ...stack, assets }, options);
  }

  /** @throws DeploymentError when it isn't there, or when a service refuses to remove something */
  destroy({ name, account, region }: StackId, options?: DeployOptions): Promise<Deployment> {
    return this.cloudFormation.destroy({ name, account, region }, options);
  }

  /** Status, resources and events. @throws Error for a stack that was never deployed, or when several have that name */
  stack(name: string, account?: string, region?: string): StackDescription {
    return this.cloudFormation.describe(name, account, region);
  }

  /** @throws Error for a stack that was not deployed, or when several accounts or regions have one of that name */
  outputs(stackName: string, account?: string, region?: string): Readonly<Record<string, string>> {
    return this.stack(stackName, account, region).outputs;
  }

  /** Everything that is there, by ARN: stacks' resources and what deleted stacks have left. */
  inventory(): Promise<string[]> {
    return inventory(this.#services);
  }

  /** The keys of the account's user `operator`, who may do everything: the only thing that no template made. */
  operator(account: string): AccessKey {
    const key = this.#operators.get(account);
    if (!key) throw new Error(`Account ${account} has no operator`);
    return key;
  }

  /** A machine with this instance profile: its metadata service listens until the machine, or the cloud, is closed. */
  startMachine(machine: NewMachine): Promise<Machine> {
    return this.#machines.start(machine);
  }

  /** A session of a person who comes by Identity Center; the permission set's role is made, or changed, in the account. */
  signIn(assignment: Assignment): Credentials {
    return signIn(this.directory, assignment);
  }

  /** What CloudWatch gets of each queue every minute, taken now. */
  recordQueues(): void {
    this.#services.recordQueues();
  }

  /** Resolves when no queue that feeds a function holds a message (in flight or not), no function runs, and no write is yet to land. */
  async settled(): Promise<void> {
    const isBusy = (): boolean =>
      (this.#services.eventFaults?.held ?? 0) > 0 ||
      this.#services.lateLandings.underWay > 0 ||
      this.#services.lateness.held > 0 ||
      this.lambda.active > 0 ||
      this.lambda.queueArns().some((arn) => {
        const { visible, notVisible, delayed } = this.sqs.queueByArn(arn)!.counts();
        return visible + notVisible + delayed > 0;
      });
    while (!this.#closed && isBusy()) await wait(SETTLED_POLL_MS);
  }

  /**
   * Ends every process, socket and timer, and removes the folder if it was made here. Safe to call twice.
   * @throws the system's own error, after all that, when the last changes can't be kept
   */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #open({ port = 0, keep, stacks, firesSchedules, homeRegion, onNotKept }: CloudOptions): Promise<void> {
    const keepers = keepersOf(this.#services);
    if (keep !== undefined) {
      this.#keeping = await this.#openKept(keepers, onNotKept ?? ((error) => void this.unexpectedErrors.push(error)));
    }
    await writeFile(this.caFile, this.caPem);
    ({ url: this.#url } = await this.#gateway.listen({ port, host: HOST }));
    this.#kept = await this.#keeping?.restore(this.#url);
    for (const account of this.directory.accounts()) this.#addOperator(account);
    for (const keeper of Object.values(keepers)) keeper.resume?.();
    if (this.#keeping) await this.#services.codeArchives.keepOnly(codeInUse(this.#services));
    const partitions = stacks.map((stack) => {
      const partition = partitionFor(stack, this.directory);
      this.#addAccount(stack.account, partition);
      return partition;
    });
    const home = partitions[0] ?? (homeRegion === undefined ? undefined : findPartition(homeRegion));
    for (const account of this.#accountsWithOperator ?? []) this.#addAccount(account, home);
    this.#services.lateness.begin();
    for (const stack of stacks) await this.deploy(stack);
    await this.#keeping?.begin();
    if (firesSchedules) this.ticker.start();
  }

  #openKept(keepers: Readonly<Record<string, Keeper>>, onError: (error: unknown) => void): Promise<Keeping> {
    return Keeping.open({
      folder: this.folder,
      keepers,
      isBusy: () => this.cloudFormation.isBusy,
      summary: () => ({ savedAt: this.#clock(), url: this.#url, accounts: this.directory.accounts() }),
      onError,
    });
  }

  #addAccount(account: string, partition: string | undefined): void {
    if (this.directory.accounts().includes(account)) return;
    this.directory.addAccount(account, partition);
    this.#addOperator(account);
  }

  #addOperator(account: string): void {
    if (!(this.#accountsWithOperator?.includes(account) ?? true)) return;
    this.#operators.set(account, operatorKey(this.directory, account));
  }

  async #close(): Promise<void> {
    // What is under way is kept as such, so before it is ended; and nobody is answered any more whose change would be missed.
    const kept = await Promise.allSettled(this.#keeping ? [this.#keeping.close(), this.#gateway.close()] : []);
    this.#services.eventFaults?.close();
    this.#services.lateness.close();
    this.ticker.close();
    await this.lambda.close();
    this.sqs.close();
    await this.#machines.close();
    await this.#gateway.close();
    await this.#services.lateLandings.close();
    if (this.#removesFolder) await rm(this.folder, { recursive: true, force: true });
    for (const each of kept) if (each.status === 'rejected') throw each.reason;
  }
}

/** @throws TypeError for what can't be kept */
function refuseToKeep({ keep, folder, faults, lateness }: CloudOptions): void {
  if (keep === undefined) return;
  const other = Object.entries({ folder, faults, lateness }).find(([, value]) => value !== undefined)?.[0];
  if (other !== undefined) throw new TypeError(`"keep" can't be combined with "${other}"`);
}

/** The first stack of an account decides for good to which partition it belongs. */
function partitionFor({ name, account, region }: StackInput, directory: Directory): string {
  const partition = findPartition(region);
  if (partition === undefined) {
    throw new DeploymentError(name, 'the environment', `the CDK's region data knows no region like ${region}`);
  }
  const its = directory.accounts().includes(account) ? directory.partitionOf(account) : partition;
  if (its === partition) return partition;
  const problem = `account ${account} belongs to the partition ${its}, and ${region} is a region of ${partition}`;
  throw new DeploymentError(name, 'the environment', problem);
}
