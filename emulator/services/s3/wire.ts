/** S3's side of REST-XML: answers, errors and request bodies. */
import type { OutgoingHttpHeaders } from 'node:http';
import type { ApiError, ApiRequest, ApiResponse } from '../../core/api.ts';
import { type XmlNode, xmlContent, xmlDocument } from '../../protocols/xml.ts';
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

/**
 * The content of the root element, for a schema to look at.
 * @throws ApiError `MalformedXML`
 */
export function parseXml(text: string, rootName: string): unknown {
  const content = xmlContent(text, rootName);
  if (content === undefined) throw malformedXml();
  return content;
}

export function quoted(eTag: string): string {
  return `"${eTag}"`;
}
