/** The functions of all accounts with their versions, aliases and resource policies. */

import { ApiError } from '../../core/api.ts';
import { type Lateness, ON_TIME } from '../../core/lateness.ts';
import { arnOf } from '../../core/partition.ts';
import type { PolicyDocument, PrincipalElement, Statement } from '../../core/policy-document.ts';
import type { FunctionName } from './function-name.ts';

export interface FunctionSettings {
  account: string;
  region: string;
  name: string;
  description: string;
  runtime: string;
  /** `index.handler` */
  handler: string;
  roleArn: string;
  /** The folder of the unpacked code. */
  taskRoot: string;
  codeHash: string;
  timeoutSeconds: number;
  memorySizeMb: number;
  environment: Record<string, string>;
  /** Undefined: no share of its own, limited by the account only. */
  reservedConcurrency: number | undefined;
  /** Set for a durable function. */
  durable: { executionTimeoutSeconds: number; retentionDays: number } | undefined;
  logging: { group: string; format: 'Text' | 'JSON'; applicationLevel: string; systemLevel: string };
}

/** A function as one of its versions has it: `$LATEST`, which updates change, or a published one, which stays as it was. */
export interface LambdaFunction extends FunctionSettings {
  readonly arn: string;
  readonly lastModified: Date;
  /** Another one after each change of `$LATEST`; a published version keeps the one that it was made of. */
  readonly revision: number;
  /** Alias → version. */
  readonly aliases: Map<string, string>;
  /** Resource policy statements by qualifier; the unqualified ones under `''`. */
  readonly permissions: Map<string, Statement[]>;
  /** What happens to asynchronous invocations that fail, by qualifier; `$LATEST` where none is named. */
  readonly asyncInvocation: Map<string, AsyncInvocationConfig>;
}

export interface AsyncInvocationConfig {
  /** 0–2; 2 by default. */
  maximumRetryAttempts: number | undefined;
  /** 60–21,600, which is also the default. */
  maximumEventAgeSeconds: number | undefined;
  /** Takes a record of each event that failed for good. */
  onFailureQueueArn: string | undefined;
}

/** A function as a request names it: `arn` carries the qualifier, if there is one. */
export interface Target {
  function: LambdaFunction;
  version: string;
  qualifier: string | undefined;
  arn: string;
}

export interface Permission {
  statementId: string;
  action: string;
  principal: PrincipalElement;
  sourceArn?: string | undefined;
  sourceAccount?: string | undefined;
}

/** A function with its versions. */
export interface Entry {
  latest: LambdaFunction;
  /** Published ones by number. Numbers are never given twice. */
  versions: Map<string, LambdaFunction>;
  published: number;
}

/** What an account has unless it has asked for more: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
export const ACCOUNT_CONCURRENCY = 1000;
/** https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html */
const MIN_UNRESERVED_CONCURRENCY = 100;

/** What an account's functions in one region leave to those without a share of their own. */
export function unreservedConcurrency(functions: readonly LambdaFunction[]): number {
  return functions.reduce((left, { reservedConcurrency = 0 }) => left - reservedConcurrency, ACCOUNT_CONCURRENCY);
}

export class FunctionRegistry {
  readonly #functions = new Map<string, Entry>();
  readonly #lateness: Lateness;
  #revisions = 0;

  constructor(lateness: Lateness = ON_TIME) {
    this.#lateness = lateness;
  }

  get state() {
    return { entries: [...this.#functions.values()], revisions: this.#revisions };
  }

  restore({ entries, revisions }: FunctionRegistry['state']): void {
    for (const { latest, versions, published } of entries) {
      const shared = new Map([...versions].map(([number, version]) => [number, sharing(version, latest)]));
      this.#functions.set(latest.arn, { latest, versions: shared, published });
    }
    this.#revisions = revisions;
  }

  /** Of a function that may be gone: what is one for all versions is that of now. */
  restoredTarget(target: Target): Target {
    const entry = this.#functions.get(target.function.arn);
    return entry ? { ...target, function: sharing(target.function, entry.latest) } : target;
  }

  /** @throws ApiError `ResourceConflictException` */
  add(settings: FunctionSettings, lastModified: Date): LambdaFunction {
    const arn = arnOf('lambda', settings, `function:${settings.name}`);
    if (this.#functions.has(arn)) {
      throw new ApiError('ResourceConflictException', 409, `Function already exist: ${settings.name}`);
    }
    const latest: LambdaFunction = {
      ...settings,
      arn,
      lastModified,
      revision: ++this.#revisions,
      aliases: new Map(),
      permissions: new Map(),
      asyncInvocation: new Map(),
    };
    this.#functions.set(arn, { latest, versions: new Map(), published: 0 });
    return latest;
  }

  /** Changes `$LATEST`. Published versions stay as they are. @throws ApiError `ResourceNotFoundException` */
  update(arn: string, settings: FunctionSettings, lastModified: Date): void {
    const entry = this.#entry(arn);
    entry.latest = { ...entry.latest, ...settings, lastModified, revision: ++this.#revisions };
  }

  /**
   * Of all versions together, from the next invocation on.
   * @param reserved undefined takes its share away
   * @throws ApiError `ResourceNotFoundException`; `InvalidParameterValueException` for more than the account can spare
   */
  reserve(arn: string, reserved: number | undefined): void {
    const { latest } = this.#entry(arn);
    const others = this.list(latest.account, latest.region).filter((each) => each.arn !== arn);
    const left = unreservedConcurrency(others) - (reserved ?? 0);
    if (left < MIN_UNRESERVED_CONCURRENCY) {
      const problem = `Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its minimum value of [${MIN_UNRESERVED_CONCURRENCY}].`;
      throw new ApiError('InvalidParameterValueException', 400, problem);
    }
    latest.reservedConcurrency = reserved;
  }

  /** With its versions, aliases and permissions. Mappings that feed it stay, as on AWS, and fail. */
  remove(arn: string): void {
    this.#entry(arn);
    this.#functions.delete(arn);
  }

  /**
   * Code and settings of `$LATEST` as they are now, under the next number.
   * @throws ApiError `ResourceConflictException` when nothing has changed since the version before
   */
  publish(arn: string): string {
    const entry = this.#entry(arn);
    const last = entry.versions.get(String(entry.published));
    if (last?.revision === entry.latest.revision) {
      const problem = `A version for this Lambda function exists ( ${entry.published} ). Modify the function to create a new version.`;
      throw new ApiError('ResourceConflictException', 409, problem);
    }
    entry.published += 1;
    entry.versions.set(String(entry.published), entry.latest);
    return String(entry.published);
  }

  /** @throws ApiError `ResourceConflictException` for one that an alias points to */
  removeVersion(arn: string, version: string): void {
    const { latest, versions } = this.#entry(arn);
    const aliases = [...latest.aliases].filter(([, target]) => target === version).map(([alias]) => alias);
    if (aliases.length > 0) {
      const problem = `Unable to delete version because the following aliases reference it: [${aliases.join(', ')}]`;
      throw new ApiError('ResourceConflictException', 409, problem);
    }
    versions.delete(version);
  }

  /** @throws ApiError `ResourceNotFoundException` for an unknown function, version or alias */
  target(name: FunctionName): Target {
    const found = this.find(name);
    if (!found) throw functionNotFound(name);
    return found;
  }

  /** As a caller finds it, whom changes of an alias reach late. */
  seen(name: FunctionName): Target | undefined {
    const bornAt = ({ function: { lastModified } }: Target) => lastModified.getTime();
    return this.#lateness.seen(`function ${qualifiedArn(name)}`, () => this.find(name), bornAt);
  }

  find({ name, qualifier, ...place }: FunctionName): Target | undefined {
    const entry = this.#functions.get(arnOf('lambda', place, `function:${name}`));
    if (!entry) return undefined;
    const { latest, versions } = entry;
    if (qualifier === undefined) return { function: latest, version: '$LATEST', qualifier, arn: latest.arn };
    const version = latest.aliases.get(qualifier) ?? qualifier;
    const found = version === '$LATEST' ? latest : versions.get(version);
    // What is one for all versions is that of now.
    return (
      found && {
        function: { ...found, reservedConcurrency: latest.reservedConcurrency },
        version,
        qualifier,
        arn: `${latest.arn}:${qualifier}`,
      }
    );
  }

  list(account: string, region: string): LambdaFunction[] {
    return this.all().filter((item) => item.account === account && item.region === region);
  }

  all(): LambdaFunction[] {
    return [...this.#functions.values()].map(({ latest }) => latest);
  }

  /** The numbers of those that are published and not removed. */
  versionsOf(arn: string): string[] {
    return [...this.#entry(arn).versions.keys()];
  }

  #entry(arn: string): Entry {
    const entry = this.#functions.get(arn);
    if (entry) return entry;
    throw new ApiError('ResourceNotFoundException', 404, `Function not found: ${arn}`);
  }
}

function sharing(version: LambdaFunction, latest: LambdaFunction): LambdaFunction {
  const { aliases, permissions, asyncInvocation } = latest;
  return { ...version, aliases, permissions, asyncInvocation };
}

/** With the qualifier, if there is one. */
export function qualifiedArn({ qualifier, ...name }: FunctionName): string {
  return arnOf('lambda', name, `function:${name.name}${qualifier === undefined ? '' : `:${qualifier}`}`);
}

export function functionNotFound(name: FunctionName): ApiError {
  return new ApiError('ResourceNotFoundException', 404, `Function not found: ${qualifiedArn(name)}`);
}

/** The statements that hang on exactly what was named: those of an alias say nothing about the function itself. */
export function resourcePolicyOf(target: Target): PolicyDocument | undefined {
  const statements = target.function.permissions.get(target.qualifier ?? '');
  return statements && { Version: '2012-10-17', Statement: statements };
}

/** https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html: a function's resource-based policy */
const MAX_POLICY_BYTES = 20_480;

/** @throws ApiError `ResourceConflictException` for a statement id that is in use, `PolicyLengthExceededException` */
export function addPermission(target: Target, permission: Permission): void {
  const qualifier = target.qualifier ?? '';
  const statements = target.function.permissions.get(qualifier) ?? [];
  if (statements.some(({ Sid }) => Sid === permission.statementId)) {
    const problem = `The statement id (${permission.statementId}) provided already exists.`;
    throw new ApiError('ResourceConflictException', 409, problem);
  }
  const { sourceArn, sourceAccount } = permission;
  const condition = {
    ...(sourceArn && { ArnLike: { 'aws:SourceArn': sourceArn } }),
    ...(sourceAccount && { StringEquals: { 'aws:SourceAccount': sourceAccount } }),
  };
  const added: Statement = {
    Sid: permission.statementId,
    Effect: 'Allow',
    Principal: permission.principal,
    Action: permission.action,
    Resource: target.arn,
    ...(Object.keys(condition).length > 0 && { Condition: condition }),
  };
  const sizeBytes = Buffer.byteLength(JSON.stringify({ Version: '2012-10-17', Statement: [...statements, added] }));
  if (sizeBytes > MAX_POLICY_BYTES) {
    const problem = `The final policy size (${sizeBytes}) is bigger than the limit (${MAX_POLICY_BYTES}).`;
    throw new ApiError('PolicyLengthExceededException', 400, problem);
  }
  target.function.permissions.set(qualifier, [...statements, added]);
}

export function removePermission({ function: fn, qualifier = '' }: Target, statementId: string): void {
  const statements = fn.permissions.get(qualifier) ?? [];
  fn.permissions.set(
    qualifier,
    statements.filter(({ Sid }) => Sid !== statementId),
  );
}
