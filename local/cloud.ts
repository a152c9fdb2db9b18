/** The local AWS as a whole: all services of all accounts behind one port, made from templates. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { Clock } from './api.ts';
import type { StackInput } from './assembly.ts';
import { CloudWatch } from './cloudwatch/cloudwatch.ts';
import { Topics } from './cloudwatch/topics.ts';
import { recordInvocation, recordQueue } from './cloudwatch/vended-metrics.ts';
import { DynamoDbService } from './dynamodb/service.ts';
import { BucketNotifications } from './events/bucket-notifications.ts';
import type { DeliveryFailure } from './events/delivery.ts';
import { EventBus } from './events/event-bus.ts';
import type { ObjectCreated } from './events/s3-notification.ts';
import { Schedules } from './events/schedules.ts';
import { EventBridgeService } from './events/service.ts';
import { EventFaults } from './faults/event-faults.ts';
import type { Faults } from './faults/faults.ts';
import { interceptor } from './faults/intercept.ts';
import { redelivery } from './faults/redelivery.ts';
import { Gateway } from './gateway.ts';
import { IamAuthorizer } from './iam/authorizer.ts';
import { Directory } from './iam/directory.ts';
import type { AccessKey } from './iam/key-ring.ts';
import { IamService } from './iam-service.ts';
import { RoleSessions } from './lambda/role-sessions.ts';
import { LambdaService } from './lambda/service.ts';
import { LogsService } from './logs/service.ts';
import { type LogLine, LogStore } from './logs/store.ts';
import { DeploymentError, deployStack } from './resources/deploy.ts';
import { KeyRegistry } from './resources/kms.ts';
import type { CloudServices } from './resources/resource-type.ts';
import { S3Service } from './s3/service.ts';
import { Clockwork } from './scheduler/clockwork.ts';
import { Scheduler } from './scheduler/scheduler.ts';
import { SqsService } from './sqs/service.ts';
import { StsService } from './sts.ts';
import { createCertificate, type ServerCertificate } from './tls.ts';

export interface CloudOptions {
  /** Deployed in this order. */
  stacks: readonly StackInput[];
  /** 0, which is also the default, takes any free port. */
  port?: number;
  /** Holds objects, logs and the CA file. Without it a fresh one is made, and removed at the end. */
  folder?: string;
  clock?: Clock;
  /** Sees each line that a function may log. */
  onLog?: (line: LogLine) => void;
  /** Accounts that get a user with full rights; all accounts of the stacks unless given. */
  accountsWithOperator?: readonly string[];
  /** How many invocations may run at once, each in a process of its own; 10 unless given. */
  maxSandboxes?: number;
  /** Whether rules and schedules fire when their time has come; otherwise only when told to. */
  firesSchedules?: boolean;
  /** What shall go wrong. */
  faults?: Faults;
}

const HOST = '127.0.0.1';
const MAX_SANDBOXES = 10;
const SETTLED_POLL_MS = 20;

export class LocalCloud {
  readonly folder: string;
  readonly caPem: string;
  /** The file with the certificate authority, for NODE_EXTRA_CA_CERTS and AWS_CA_BUNDLE. */
  readonly caFile: string;
  readonly directory: Directory;
  readonly s3: S3Service;
  readonly sqs: SqsService;
  readonly sts: StsService;
  readonly lambda: LambdaService;
  readonly dynamodb: DynamoDbService;
  readonly logs: LogStore;
  readonly cloudWatch: CloudWatch;
  readonly topics: Topics;
  /** EventBridge rules that go by a schedule. */
  readonly schedules: Schedules;
  readonly scheduler: Scheduler;
  readonly clockwork: Clockwork;
  readonly faults: Faults | undefined;
  /** Faults of the local AWS itself, and of work that nobody waits for: a test should find none. */
  readonly unexpectedErrors: unknown[] = [];
  readonly #clock: Clock;
  readonly #gateway: Gateway;
  readonly #services: CloudServices;
  readonly #accountsWithOperator: readonly string[] | undefined;
  readonly #removesFolder: boolean;
  readonly #eventFaults: EventFaults | undefined;
  readonly #operators = new Map<string, AccessKey>();
  readonly #stacks: { stack: StackInput; outputs: Record<string, string> }[] = [];
  #url = '';
  #closed: Promise<void> | undefined;

  /** @throws DeploymentError for a template; the system's own error for a busy port (`EADDRINUSE`). Nothing is left behind. */
  static async start(options: CloudOptions): Promise<LocalCloud> {
    const folder = options.folder ? resolve(options.folder) : await mkdtemp(join(tmpdir(), 'local-aws-'));
    await mkdir(folder, { recursive: true });
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
    this.#clock = clock;
    const endpoint = () => this.#url;
    const onUnexpectedError = (error: unknown) => void this.unexpectedErrors.push(error);
    this.folder = folder;
    this.caPem = certificate.caPem;
    this.caFile = join(folder, 'ca.pem');
    this.directory = new Directory(clock);
    const onLine = (line: LogLine) => {
      this.cloudWatch.readLine(line);
      options.onLog?.(line);
    };
    this.logs = new LogStore({ folder, clock, onLine });
    this.#removesFolder = options.folder === undefined;
    this.#accountsWithOperator = options.accountsWithOperator;

    const { directory, logs, caFile } = this;
    const authorizer = new IamAuthorizer(directory);
    const keys = new KeyRegistry();
    const topics = new Topics({ authorizer });
    const cloudWatch = new CloudWatch({ clock, topics, onUnexpectedError });
    const sqs = new SqsService({ authorizer, clock, endpoint, ...(faults && { onReceived: redelivery(faults) }) });
    const sts = new StsService({ directory, authorizer });
    const eventBus = new EventBus({ sqs });
    const notifications = new BucketNotifications({ sqs, eventBus, clock });
    const publish = (event: ObjectCreated) => notifications.publish(event);
    const eventFaults = faults && new EventFaults(faults, publish);
    const s3 = new S3Service({
      authorizer,
      clock,
      folder: join(folder, 'objects'),
      kmsKeyPolicy: (arn) => keys.policyOf(arn),
      onObjectCreated: eventFaults ? (event) => eventFaults.deliver(event) : publish,
    });
    const dynamodb = new DynamoDbService({ authorizer });
    const sessions = new RoleSessions({ directory, sts, clock });
    const maxSandboxes = options.maxSandboxes ?? MAX_SANDBOXES;
    const running = { authorizer, sessions, logs, clock, endpoint, caFile, maxSandboxes };
    const lambda = new LambdaService({
      ...running,
      sqs,
      onUnexpectedError,
      onInvocation: (invoked) => recordInvocation(cloudWatch.metrics, invoked, clock()),
    });
    const invoke = lambda.invokeForService.bind(lambda);
    const schedules = new Schedules({ clock, invoke });
    const scheduler = new Scheduler({
      clock,
      invoke,
      assume: (assumption) => sts.assumeRoleAsService(assumption),
      callerOf: (credentials) => sessions.callerOf(credentials),
      send: (...message) => void sqs.sendMessage(...message),
    });
    this.clockwork = new Clockwork({ clock, firing: [schedules, scheduler], onError: onUnexpectedError });
    this.cloudWatch = cloudWatch;
    this.topics = topics;
    this.schedules = schedules;
    this.scheduler = scheduler;
    this.s3 = s3;
    this.sqs = sqs;
    this.sts = sts;
    this.lambda = lambda;
    this.dynamodb = dynamodb;
    this.faults = faults;
    this.#eventFaults = eventFaults;
    this.#services = {
      directory,
      authorizer,
      s3,
      sqs,
      lambda,
      dynamodb,
      logs,
      notifications,
      eventBus,
      schedules,
      scheduler,
      cloudWatch,
      topics,
      keys,
      managedPolicies: new Map(),
    };
    const iam = new IamService({ directory, authorizer });
    const events = new EventBridgeService({ authorizer, eventBus, schedules, clock });
    const logsService = new LogsService({ store: logs, authorizer });
    const services = { s3, sts, iam, sqs, lambda, dynamodb, events, logs: logsService };
    const sandboxOf = (accessKeyId: string) => lambda.sandboxOf(accessKeyId);
    const intercept = faults && interceptor({ faults, directory, sandboxOf });
    this.#gateway = new Gateway({
      directory,
      clock,
      services,
      certificate,
      onUnexpectedError,
      ...(intercept && { intercept }),
    });
  }

  /** Where all services listen, e.g. `https://127.0.0.1:4566`. */
  get url(): string {
    return this.#url;
  }

  /** Events that a queue refused to take, say for want of a queue policy. */
  get deliveryFailures(): DeliveryFailure[] {
    return [...this.#services.notifications.failures, ...this.#services.eventBus.failures];
  }

  /** @throws DeploymentError for a stack of that name in that account and region, or whatever its template does wrong */
  async deploy(stack: StackInput): Promise<void> {
    const { name, account, region } = stack;
    const exists = this.#stacks.some(
      (deployed) =>
        deployed.stack.name === name && deployed.stack.account === account && deployed.stack.region === region,
    );
    if (exists) throw new DeploymentError(name, 'the template', 'the stack exists already; updates are not supported');
    this.#addAccount(account);
    this.#stacks.push({ stack, outputs: await deployStack(stack, this.#services) });
  }

  /** @throws Error for a stack that was not deployed, or when several accounts or regions have one of that name */
  outputs(stackName: string, account?: string): Record<string, string> {
    const found = this.#stacks.filter(
      ({ stack }) => stack.name === stackName && (account === undefined || stack.account === account),
    );
    if (found.length === 1) return found[0]!.outputs;
    throw new Error(`There are ${found.length} stacks of the name ${stackName}; expected one`);
  }

  /** The keys of the account's user `operator`, who may do everything: the only thing that no template made. */
  operator(account: string): AccessKey {
    const key = this.#operators.get(account);
    if (!key) throw new Error(`Account ${account} has no operator`);
    return key;
  }

  /** What CloudWatch gets of each queue every minute, taken now. */
  recordQueues(): void {
    for (const queue of this.sqs.all()) recordQueue(this.cloudWatch.metrics, queue, this.#clock());
  }

  /** Resolves when no queue that feeds a function holds a message (in flight or not), and no function runs. */
  async settled(): Promise<void> {
    const isBusy = (): boolean =>
      (this.#eventFaults?.held ?? 0) > 0 ||
      this.lambda.active > 0 ||
      this.lambda.queueArns().some((arn) => {
        const { visible, notVisible, delayed } = this.sqs.queueByArn(arn)!.counts();
        return visible + notVisible + delayed > 0;
      });
    while (!this.#closed && isBusy()) await wait(SETTLED_POLL_MS);
  }

  /** Ends every process, socket and timer, and removes the folder if it was made here. Safe to call twice. */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #open({ port = 0, stacks, firesSchedules }: CloudOptions): Promise<void> {
    await writeFile(this.caFile, this.caPem);
    ({ url: this.#url } = await this.#gateway.listen({ port, host: HOST }));
    for (const account of this.#accountsWithOperator ?? []) this.#addAccount(account);
    for (const { account } of stacks) this.#addAccount(account);
    for (const stack of stacks) await this.deploy(stack);
    if (firesSchedules) this.clockwork.start();
  }

  #addAccount(account: string): void {
    if (this.directory.accounts().includes(account)) return;
    this.directory.addAccount(account);
    if (!(this.#accountsWithOperator?.includes(account) ?? true)) return;
    const document = { Statement: { Effect: 'Allow' as const, Action: '*', Resource: '*' } };
    this.directory.addUser({ account, name: 'operator', policies: [{ name: 'everything', document }] });
    this.#operators.set(account, this.directory.addAccessKey(account, 'operator'));
  }

  async #close(): Promise<void> {
    this.#eventFaults?.close();
    this.clockwork.close();
    await this.lambda.close();
    this.sqs.close();
    await this.#gateway.close();
    if (this.#removesFolder) await rm(this.folder, { recursive: true, force: true });
  }
}
