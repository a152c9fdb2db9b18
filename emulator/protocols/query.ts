/** The query protocol of STS, IAM and CloudFormation, and of SQS for older clients: a form goes in, XML comes out. */
import { text } from 'node:stream/consumers';
import { ApiError, type ApiRequest, type ApiResponse, type Service } from '../core/api.ts';
import { type XmlNode, xmlDocument } from './xml.ts';

/** What one operation does. Its result is the content of `<…Result>`; `undefined` leaves that element out. */
export type QueryOperation = (parameters: URLSearchParams, request: ApiRequest) => XmlNode | Promise<XmlNode>;

export interface QueryApi {
  namespace: string;
  /** The date that clients send as Version. */
  version: string;
  operations: Readonly<Record<string, QueryOperation>>;
}

/** Parameters that say which operation is meant, rather than what it shall do. */
const ENVELOPE = new Set(['Action', 'Version']);
/** Parameters of SigV4 in a presigned request. */
const SIGNATURE = /^X-Amz-/;

/** @throws ApiError `InvalidAction` (400) for another operation or version, and whatever the operation throws */
export async function serveQuery(
  { namespace, version, operations }: QueryApi,
  request: ApiRequest,
): Promise<ApiResponse> {
  const parameters = await readParameters(request);
  const action = parameters.get('Action') ?? '';
  const wantedVersion = parameters.get('Version') ?? 'NO_VERSION_SPECIFIED';
  const operation = Object.hasOwn(operations, action) && wantedVersion === version ? operations[action] : undefined;
  if (!operation) {
    throw new ApiError('InvalidAction', 400, `Could not find operation ${action} for version ${wantedVersion}`);
  }
  return queryAnswer(namespace, action, await operation(parameters, request), request.requestId);
}

/** @param result the content of `<…Result>`; `undefined` leaves that element out */
export function queryAnswer(namespace: string, action: string, result: XmlNode, requestId: string): ApiResponse {
  const content = { [`${action}Result`]: result, ResponseMetadata: { RequestId: requestId } };
  return xml(200, xmlDocument(`${action}Response`, content, namespace));
}

/** @param further elements of the error, which also replace its own */
export function queryError(
  { namespace }: Pick<QueryApi, 'namespace'>,
  error: ApiError,
  requestId: string,
  further: { [element: string]: XmlNode } = {},
): ApiResponse {
  const { code: Code, message: Message, status } = error;
  const content = { Error: { Type: faultOf(error), Code, Message, ...further }, RequestId: requestId };
  return xml(status, xmlDocument('ErrorResponse', content, namespace));
}

/** Whose fault an error is. */
export function faultOf({ status }: ApiError): 'Sender' | 'Receiver' {
  return status < 500 ? 'Sender' : 'Receiver';
}

/** A service that speaks the query protocol and nothing besides. */
export abstract class QueryService implements Service {
  protected abstract readonly api: QueryApi;

  get operations(): string[] {
    return Object.keys(this.api.operations);
  }

  handle(request: ApiRequest): Promise<ApiResponse> {
    return serveQuery(this.api, request);
  }

  renderError(error: ApiError, { requestId }: Pick<ApiRequest, 'requestId'>): ApiResponse {
    return queryError(this.api, error, requestId);
  }
}

/** The names of the operation's own parameters, as sent. */
export function parameterNames(parameters: URLSearchParams): string[] {
  return [...parameters.keys()].filter((name) => !ENVELOPE.has(name) && !SIGNATURE.test(name));
}

/** The form of a POST and the query of a GET mean the same. */
export async function readParameters({ body, query }: ApiRequest): Promise<URLSearchParams> {
  return new URLSearchParams([...query, ...new URLSearchParams(await text(body))]);
}

function xml(status: number, body: string): ApiResponse {
  return { status, headers: { 'Content-Type': 'text/xml' }, body };
}
