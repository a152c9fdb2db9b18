import type { OutgoingHttpHeaders } from 'node:http';
import { XMLParser, XMLValidator } from 'fast-xml-parser';
import type { ApiError, ApiRequest, ApiResponse } from '../../core/api.ts';
import { type XmlNode, xmlDocument } from '../../protocols/xml.ts';
import { malformedXml } from './errors.ts';

const NAMESPACE = 'http://s3.amazonaws.com/doc/2006-03-01/';

export function xmlResponse(
  rootName: string,
  content: XmlNode,
  headers: OutgoingHttpHeaders = {},
): ApiResponse & { body: string } {
  return {
    status: 200,
    headers: { 'content-type': 'application/xml', ...headers },
    body: xmlDocument(rootName, content, NAMESPACE),
  };
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html */
export function renderS3Error(
  error: ApiError,
  request: Pick<ApiRequest, 'requestId' | 'rawPath' | 'method'>,
): ApiResponse {
  // Some details of an error are headers of the answer as well, for HEAD has no body to hold them.
  const details: Record<string, string> = {};
  const headers: OutgoingHttpHeaders = { 'x-amz-request-id': request.requestId };
  for (const [name, value] of Object.entries(error.details)) {
    if (name.startsWith('x-amz-')) headers[name] = value;
    else details[name] = value;
  }
  if (error.details['Region'] !== undefined) headers['x-amz-bucket-region'] = error.details['Region'];
  if (error.status === 304 || request.method === 'HEAD') return { status: error.status, headers };
  headers['content-type'] = 'application/xml';
  const body = xmlDocument('Error', {
    Code: error.code,
    Message: error.message,
    Resource: request.rawPath,
    ...details,
    RequestId: request.requestId,
    HostId: 'local',
  });
  return { status: error.status, headers, body };
}

const parser = new XMLParser({
  ignoreAttributes: true,
  removeNSPrefix: true,
  parseTagValue: false,
  trimValues: false,
  // Without it, numeric references such as &#13; would stay as they are.
  htmlEntities: true,
});

/**
 * The content of the root element, for a schema to look at.
 * @throws ApiError `MalformedXML`
 */
export function parseXml(text: string, rootName: string): unknown {
  if (text.includes('<!DOCTYPE') || XMLValidator.validate(text) !== true) throw malformedXml();
  const document: unknown = parser.parse(text);
  if (typeof document !== 'object' || document === null || !(rootName in document)) throw malformedXml();
  return (document as Record<string, unknown>)[rootName];
}

export function quoted(eTag: string): string {
  return `"${eTag}"`;
}

/** Keys in a listing asked for with encoding-type=url: as S3 writes them, with `+` for a space and a bare slash. */
export function urlEncodeKey(key: string): string {
  return encodeURIComponent(key)
    .replace(/[!'()~]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%20', '+')
    .replaceAll('%2F', '/');
}
