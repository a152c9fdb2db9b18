/** How S3's XML bodies are read: nothing in them is left unread. */
import { z } from 'zod';
import { malformedXml, notImplemented } from './errors.ts';
import { parseXml } from './wire.ts';

/** XML doesn't tell a list of one from a single element. */
export function oneOrMany<Item extends z.ZodType>(item: Item) {
  return z.preprocess((value) => (Array.isArray(value) ? value : [value]), z.array(item).min(1));
}

/**
 * @param schema of strict objects, so that an element that nothing here reads is found
 * @throws ApiError `MalformedXML`, `NotImplemented` that names such an element
 */
export function parseBody<Schema extends z.ZodType>(text: string, rootName: string, schema: Schema): z.output<Schema> {
  const body = schema.safeParse(parseXml(text, rootName));
  if (body.success) return body.data;
  const unknown = unknownElement(body.error.issues);
  throw unknown === undefined ? malformedXml() : notImplemented(`the element ${unknown} of ${rootName}`);
}

function unknownElement(issues: z.core.$ZodIssue[]): string | undefined {
  for (const issue of issues) {
    if (issue.code === 'unrecognized_keys') return issue.keys[0];
    const within = issue.code === 'invalid_union' ? unknownElement(issue.errors.flat()) : undefined;
    if (within !== undefined) return within;
  }
  return undefined;
}
