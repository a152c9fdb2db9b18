/** The functions of all accounts with their versions, aliases and resource policies. */
import { ApiError } from '../api.ts';
import type { PolicyDocument, PrincipalElement, Statement } from '../iam/policy.ts';
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

export interface LambdaFunction extends FunctionSettings {
  readonly arn: string;
  readonly lastModified: Date;
  publishedVersions: number;
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

export class FunctionRegistry {
  readonly #functions = new Map<string, LambdaFunction>();

  /** @throws ApiError `ResourceConflictException` */
  add(settings: FunctionSettings, lastModified: Date): LambdaFunction {
    const arn = `arn:aws:lambda:${settings.region}:${settings.account}:function:${settings.name}`;
    if (this.#functions.has(arn)) {
      throw new ApiError('ResourceConflictException', 409, `Function already exist: ${settings.name}`);
    }
    const added: LambdaFunction = {
      ...settings,
      arn,
      lastModified,
      publishedVersions: 0,
      aliases: new Map(),
      permissions: new Map(),
      asyncInvocation: new Map(),
    };
    this.#functions.set(arn, added);
    return added;
  }

  /** @throws ApiError `ResourceNotFoundException` for an unknown function, version or alias */
  target(name: FunctionName): Target {
    const found = this.find(name);
    if (!found) {
      const suffix = name.qualifier === undefined ? '' : `:${name.qualifier}`;
      const arn = `arn:aws:lambda:${name.region}:${name.account}:function:${name.name}${suffix}`;
      throw new ApiError('ResourceNotFoundException', 404, `Function not found: ${arn}`);
    }
    return found;
  }

  find(name: FunctionName): Target | undefined {
    const { qualifier } = name;
    const found = this.#functions.get(`arn:aws:lambda:${name.region}:${name.account}:function:${name.name}`);
    if (!found) return undefined;
    if (qualifier === undefined) return { function: found, version: '$LATEST', qualifier, arn: found.arn };
    const version = versionOf(found, qualifier);
    return version === undefined
      ? undefined
      : { function: found, version, qualifier, arn: `${found.arn}:${qualifier}` };
  }

  list(account: string, region: string): LambdaFunction[] {
    return [...this.#functions.values()].filter((item) => item.account === account && item.region === region);
  }
}

/** The statements that hang on exactly what was named: those of an alias say nothing about the function itself. */
export function resourcePolicyOf(target: Target): PolicyDocument | undefined {
  const statements = target.function.permissions.get(target.qualifier ?? '');
  return statements && { Version: '2012-10-17', Statement: statements };
}

/** @throws ApiError `ResourceConflictException` for a statement id that is in use */
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
  statements.push({
    Sid: permission.statementId,
    Effect: 'Allow',
    Principal: permission.principal,
    Action: permission.action,
    Resource: target.arn,
    ...(Object.keys(condition).length > 0 && { Condition: condition }),
  });
  target.function.permissions.set(qualifier, statements);
}

function versionOf(found: LambdaFunction, qualifier: string): string | undefined {
  if (qualifier === '$LATEST') return qualifier;
  if (/^[1-9]\d*$/.test(qualifier)) return Number(qualifier) <= found.publishedVersions ? qualifier : undefined;
  return found.aliases.get(qualifier);
}
