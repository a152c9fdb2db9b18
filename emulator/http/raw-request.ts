/** A request before anything is believed of it: its parts as sent, and which service it is meant for. */
import type { IncomingMessage } from 'node:http';
import type { RawRequest } from './signatures/canonical-request.ts';

/** A request as it came, for its signature to be verified. */
export function rawRequest(request: IncomingMessage): { raw: RawRequest; query: URLSearchParams } {
  const target = request.url ?? '/';
  const questionMark = target.indexOf('?');
  const rawPath = questionMark < 0 ? target : target.slice(0, questionMark);
  const rawQuery = questionMark < 0 ? '' : target.slice(questionMark + 1);
  const raw = { method: request.method ?? 'GET', rawPath, rawQuery, headers: request.headersDistinct };
  return { raw, query: new URLSearchParams(rawQuery) };
}

/** Whom an unsigned or unreadable request was meant for. Only S3 serves anonymous callers. */
export function guessService({ method, headers, rawPath }: RawRequest, query: URLSearchParams): string {
  const target = headers['x-amz-target']?.[0];
  if (target?.startsWith('DynamoDB_')) return 'dynamodb';
  if (target?.startsWith('AWSEvents.')) return 'events';
  if (target?.startsWith('TrentService.')) return 'kms';
  if (target) return 'sqs';
  const isForm = headers['content-type']?.[0]?.startsWith('application/x-www-form-urlencoded') ?? false;
  if (rawPath === '/' && (query.has('Action') || (method === 'POST' && isForm))) return 'sts';
  return rawPath.startsWith('/2015-03-31/functions') ? 'lambda' : 's3';
}

/** Without the port. */
export function hostnameOf(request: IncomingMessage): string {
  const host = request.headers.host ?? '';
  return host.replace(/:\d+$/, '').toLowerCase();
}
