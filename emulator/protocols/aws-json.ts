/** AWS JSON 1.0 and 1.1: the operation stands in the header `x-amz-target`, input and output are JSON. */
import { text } from 'node:stream/consumers';
import type { z } from 'zod';
import { accountOf } from '../core/accounts.ts';
import { ApiError, type ApiRequest, type ApiResponse, type Caller, type Service } from '../core/api.ts';

/** A call by its caller's account, which is also the account that it concerns. */
export interface JsonCall {
  caller: Caller;
  account: string;
  region: string;
}

/** The answer's JSON; nothing for an operation that answers without a body. */
export type JsonContent = object | undefined;
export type JsonOperation = (call: JsonCall, body: string) => JsonContent | Promise<JsonContent>;

export interface JsonApi {
  /** As errors name it, e.g. `KMS`. */
  service: string;
  /** What stands before the operation's name in `x-amz-target`, e.g. `TrentService`. */
  target: string;
  operations: Readonly<Record<string, JsonOperation>>;
  /** The error for an operation that isn't there; `UnknownOperationException` unless given. */
  unknownOperation?: string;
}

export type JsonVersion = '1.0' | '1.1';

/** @throws ApiError for an unknown operation, and whatever the operation throws */
export async function runJson(api: JsonApi, { caller, region, headers, body }: ApiRequest): Promise<JsonContent> {
  const operation = operationOf(api, headers['x-amz-target']);
  return operation({ caller, region, account: accountOf(caller) }, await text(body));
}

export function jsonAnswer(version: JsonVersion, content: JsonContent, status = 200): ApiResponse {
  const contentType = { 'content-type': `application/x-amz-json-${version}` };
  if (content === undefined) return { status, headers: { ...contentType, 'content-length': 0 } };
  return { status, headers: contentType, body: JSON.stringify(content) };
}

/** @param internalError the service's own name for a fault of its own */
export function jsonError(version: JsonVersion, error: ApiError, internalError: string): ApiResponse {
  const content = { __type: jsonErrorName(error.code, internalError), message: error.message };
  return jsonAnswer(version, content, jsonStatus(error));
}

/** The names that these services have for errors that the gateway and the authorizer throw. */
export function jsonErrorName(code: string, internalError: string): string {
  const names: Record<string, string> = {
    AccessDenied: 'AccessDeniedException',
    MissingAuthenticationToken: 'MissingAuthenticationTokenException',
    InternalError: internalError,
  };
  return names[code] ?? code;
}

/** Services that speak AWS JSON answer 400 where others answer 403. */
export function jsonStatus({ status }: ApiError): number {
  return status === 403 ? 400 : status;
}

/** @throws ApiError of the given code unless the body is JSON */
export function parseJson(body: string, code: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    throw new ApiError(code, 400, 'The body is not valid JSON.');
  }
}

/** @throws ApiError of the given code unless the body is JSON of that shape */
export function parseInput<S extends z.ZodType>(schema: S, body: string, code: string): z.output<S> {
  const parsed = schema.safeParse(parseJson(body, code));
  if (parsed.success) return parsed.data;
  const { path, message } = parsed.error.issues[0]!;
  throw new ApiError(code, 400, [path.join('.'), message].filter(Boolean).join(': '));
}

function operationOf(api: JsonApi, target: string | string[] | undefined): JsonOperation {
  const [, name = ''] = new RegExp(`^${api.target}\\.(\\w+)$`).exec(String(target)) ?? [];
  if (Object.hasOwn(api.operations, name)) return api.operations[name]!;
  const known = Object.keys(api.operations).join(', ');
  const problem = `The operation ${String(target ?? '(none)')} is not one of the local ${api.service}'s: ${known}.`;
  throw new ApiError(api.unknownOperation ?? 'UnknownOperationException', 400, problem);
}

export interface JsonServiceApi extends JsonApi {
  version: JsonVersion;
  /** The service's own name for a fault of its own. */
  internalError: string;
}

/** A service that speaks AWS JSON and nothing besides. */
export class JsonService implements Service {
  readonly #api: JsonServiceApi;

  constructor(api: JsonServiceApi) {
    this.#api = api;
  }

  get operations(): string[] {
    return Object.keys(this.#api.operations);
  }

  async handle(request: ApiRequest): Promise<ApiResponse> {
    return jsonAnswer(this.#api.version, await runJson(this.#api, request));
  }

  renderError(error: ApiError): ApiResponse {
    return jsonError(this.#api.version, error, this.#api.internalError);
  }
}
