/** The tags of an object. */
import { z } from 'zod';
import type { ApiResponse } from '../../../core/api.ts';
import { findRequested } from '../access.ts';
import { readProtectedXmlBody } from '../body/body.ts';
import type { ObjectCall } from '../call.ts';
import { tagsContext } from '../condition-keys.ts';
import { versionHeaders } from '../new-object.ts';
import { checkTags } from '../tags.ts';
import { xmlResponse } from '../wire.ts';
import { oneOrMany, parseBody } from '../xml-schema.ts';

export function getObjectTagging(call: ObjectCall): ApiResponse {
  const object = findRequested(call, 's3:GetObjectTagging', 's3:GetObjectVersionTagging');
  const tags = [...object.tags].map(([Key, Value]) => ({ Key, Value }));
  return xmlResponse('Tagging', { TagSet: { Tag: tags } }, versionHeaders(call.bucket, object));
}

const tagSchema = z.strictObject({ Key: z.string(), Value: z.string() });
const taggingSchema = z.strictObject({
  // An empty element reads as text.
  TagSet: z.union([z.string().transform(() => ({ Tag: [] })), z.strictObject({ Tag: oneOrMany(tagSchema) })]),
});

export async function putObjectTagging(call: ObjectCall): Promise<ApiResponse> {
  const { TagSet } = parseBody(await readProtectedXmlBody(call), 'Tagging', taggingSchema);
  const tags = TagSet.Tag.map(({ Key, Value }): [string, string] => [Key, Value]);
  const object = findRequested(call, 's3:PutObjectTagging', 's3:PutObjectVersionTagging', tagsContext(tags));
  object.tags = checkTags(tags);
  return { status: 200, headers: versionHeaders(call.bucket, object) };
}

export function deleteObjectTagging(call: ObjectCall): ApiResponse {
  const object = findRequested(call, 's3:DeleteObjectTagging', 's3:DeleteObjectVersionTagging');
  object.tags = new Map();
  return { status: 204, headers: versionHeaders(call.bucket, object) };
}
