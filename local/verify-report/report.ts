/** Reads an audit report: the manifest, and the parts that lie beside it. */
import { createHash } from 'node:crypto';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import type { S3Client } from '@aws-sdk/client-s3';
import * as z from 'zod';
import { UserError } from '../start/user-error.ts';
import { csvRows } from './csv-rows.ts';
import { beside, open, readJson, reasonOf } from './place.ts';

/** A line, by the names of its fields: docs/audit.md. */
export type ReportLine = Record<string, string>;

const partSchema = z.object({
  /** Plain, so that a manifest can't name a file elsewhere. */
  key: z.string().regex(/^part-\d+\.csv\.gz$/),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  lines: z.int().nonnegative(),
  bytes: z.int().nonnegative(),
});
const manifestSchema = z.object({
  format: z.literal('upload-relay-audit/1'),
  asked: z.object({ defuseFormulas: z.boolean() }),
  fields: z.array(z.string()),
  parts: z.array(partSchema),
});

export type Part = z.output<typeof partSchema>;
export type Manifest = z.output<typeof manifestSchema>;

/** What a comparison needs. */
const NEEDED = [
  'key',
  'sizeBytes',
  'status',
  'reason',
  'deliveredAt',
  'destinationAccount',
  'destinationBucket',
  'destinationKey',
];

/** A part is not what the manifest says. */
export class DamagedPart extends Error {
  override readonly name = 'DamagedPart';
}

/** @throws UserError */
export async function readManifest(s3: S3Client, place: string): Promise<Manifest> {
  const parsed = manifestSchema.safeParse(await readJson(s3, place));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new UserError(
      `${place} is no manifest of an audit report: field "${issue?.path.join('.')}": ${issue?.message}.`,
    );
  }
  const missing = NEEDED.find((name) => !parsed.data.fields.includes(name));
  if (missing !== undefined) throw new UserError(`${place} names no field "${missing}".`);
  return parsed.data;
}

/**
 * The lines of a part, after its SHA-256 has been compared: nothing else is ever read of it.
 * @throws DamagedPart
 */
export async function* linesOf(
  s3: S3Client,
  place: string,
  manifest: Manifest,
  part: Part,
): AsyncGenerator<ReportLine> {
  const file = beside(place, part.key);
  const hash = createHash('sha256');
  for await (const chunk of await open(s3, file)) hash.update(chunk as Buffer);
  const found = hash.digest('hex');
  if (found !== part.sha256) {
    throw new DamagedPart(`${part.key} has the SHA-256 ${found}, and the manifest says ${part.sha256}`);
  }
  const rows = csvRows(pipeline(await open(s3, file), createGunzip(), () => undefined).setEncoding('utf8'));
  let lines = 0;
  try {
    const { value: header = [] } = await rows.next();
    if (String(header) !== String(manifest.fields)) throw new Error('its header has other fields than the manifest');
    for await (const row of rows) {
      if (row.length !== header.length) throw new Error(`line ${lines + 1} has ${row.length} cells`);
      lines += 1;
      yield lineOf(manifest, row);
    }
    if (lines !== part.lines) throw new Error(`it has ${lines} lines, and the manifest says ${part.lines}`);
  } catch (error) {
    throw new DamagedPart(`${part.key}: ${reasonOf(error)}`);
  }
}

/** In a report without formulas, an apostrophe that begins a cell does not belong to it. */
function lineOf({ fields, asked }: Manifest, row: readonly string[]): ReportLine {
  const cells = asked.defuseFormulas ? row.map((cell) => cell.replace(/^'/, '')) : row;
  return Object.fromEntries(fields.map((field, index) => [field, cells[index]!]));
}
