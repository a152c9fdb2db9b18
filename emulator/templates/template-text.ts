/** The text of a template, JSON or YAML, sent with a request or fetched from a bucket. */
import { parseDocument } from 'yaml';
import { ApiError } from '../core/api.ts';
import { bucketArnOf } from '../core/partition.ts';
import type { Template } from './intrinsics.ts';
import { SHORT_FORMS } from './short-forms.ts';

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html */
const MAX_BODY_BYTES = 51_200;
const MAX_UPLOADED_BYTES = 1_000_000;

export interface TemplateSource {
  TemplateBody?: string | undefined;
  TemplateURL?: string | undefined;
}

/** @throws ApiError `ValidationError` (400) for a text that is too long or no template; S3's own as CloudFormation words them */
export async function templateOf({ TemplateBody, TemplateURL }: TemplateSource, s3: S3Reader): Promise<Template> {
  if ((TemplateBody === undefined) === (TemplateURL === undefined)) {
    throw invalid('Either Template URL or Template Body must be specified.');
  }
  if (TemplateURL !== undefined) return parse(await s3.read(TemplateURL));
  if (Buffer.byteLength(TemplateBody!) > MAX_BODY_BYTES) {
    throw invalid(
      `1 validation error detected: Value at 'templateBody' failed to satisfy constraint: Member must have length less than or equal to ${MAX_BODY_BYTES}`,
    );
  }
  return parse(TemplateBody!);
}

/** Reads as the caller, who needs the right to it. */
export interface S3Reader {
  read(url: string): Promise<string>;
}

/** What is needed of S3. */
export interface ObjectSource {
  bucket(name: string): { settings: { account: string } };
  readObject(bucket: string, key: string): Promise<Buffer>;
}

export interface S3ReaderParts {
  s3: ObjectSource;
  region: string;
  /** The local AWS's own host and port, where a bucket is the first part of the path. */
  ownHost: string;
  authorize: (action: string, resource: string, resourceAccount: string) => void;
}

export function s3Reader({ s3, region, ownHost, authorize }: S3ReaderParts): S3Reader {
  return {
    async read(url) {
      const { bucket, key } = locationOf(url, ownHost);
      try {
        const { settings } = s3.bucket(bucket);
        authorize('s3:GetObject', `${bucketArnOf(bucket, region)}/${key}`, settings.account);
        const body = await s3.readObject(bucket, key);
        if (body.length > MAX_UPLOADED_BYTES) {
          throw invalid(`Template may not exceed ${MAX_UPLOADED_BYTES} bytes in size.`);
        }
        return body.toString();
      } catch (error) {
        if (!(error instanceof ApiError) || error.code === 'ValidationError') throw error;
        throw invalid(`S3 error: ${error.message}`);
      }
    },
  };
}

/** @throws ApiError `ValidationError` (400) for anything but `https://<S3>/<bucket>/<key>` and `https://<bucket>.<S3>/<key>` */
export function locationOf(url: string, ownHost: string): { bucket: string; key: string } {
  const { protocol, host, pathname } = new URL(URL.canParse(url) ? url : 'none:');
  const path = pathname.slice(1).split('/').map(decodeURIComponent);
  const match = /^(?:(.+)\.)?s3[.-][a-z0-9.-]+$/.exec(host);
  const own = match?.[1];
  const [bucket, ...rest] = own === undefined ? path : [own, ...path];
  if (protocol !== 'https:' || (!match && host !== ownHost) || !bucket || rest.join('/') === '') {
    throw invalid('TemplateURL must be a supported URL.');
  }
  return { bucket, key: rest.join('/') };
}

function parse(text: string): Template {
  // Other tags only warn.
  const document = parseDocument(text, { version: '1.1', schema: 'yaml-1.1', merge: false, customTags: SHORT_FORMS });
  const [problem] = [...document.errors, ...document.warnings];
  if (problem) throw invalid(`Template format error: ${problem.message}`);
  const template: unknown = document.toJS();
  const resources = (template as Template | null)?.Resources;
  if (typeof resources !== 'object' || resources === null || Object.keys(resources).length === 0) {
    throw invalid('Template format error: At least one Resources member must be defined.');
  }
  const untyped = Object.entries(resources).find(([, resource]) => typeof resource?.Type !== 'string');
  if (untyped)
    throw invalid(
      `Template format error: [/Resources/${untyped[0]}] Every Resources object must contain a Type member.`,
    );
  return template as Template;
}

export function invalid(problem: string): ApiError {
  return new ApiError('ValidationError', 400, problem);
}
