/** Reads an audit report: the manifest, and the parts that lie beside it. */
import { createHash } from 'node:crypto';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import type { S3Client } from '@aws-sdk/client-s3';
import * as z from 'zod';
import { UserError } from '../../cli/terminal/user-error.ts';
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
  totals: z.object({ lines: z.int().nonnegative() }),
  summary: z.object({ key: z.literal('summary.json'), sha256: partSchema.shape.sha256 }),
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

/** A file of the report is not what the manifest says. */
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
  const contradiction = contradictionOf(parsed.data);
  if (contradiction !== undefined) throw new UserError(`${place} can't be believed: ${contradiction}.`);
  return parsed.data;
}

/** A part that was taken out of the manifest would be missed by nobody. */
function contradictionOf({ parts, totals }: Manifest): string | undefined {
  const twice = parts.find(({ key }, index) => parts.findIndex((part) => part.key === key) !== index);
  if (twice) return `it names ${twice.key} twice`;
  const lines = parts.reduce((sum, part) => sum + part.lines, 0);
  return lines === totals.lines ? undefined : `its parts have ${lines} lines, and its totals say ${totals.lines}`;
}

/**
 * Compares a file beside the manifest with its SHA-256.
 * @throws DamagedPart
 */
export async function verifyFile(
  s3: S3Client,
  place: string,
  { key, sha256 }: Pick<Part, 'key' | 'sha256'>,
): Promise<void> {
  const hash = createHash('sha256');
  for await (const chunk of await open(s3, beside(place, key))) hash.update(chunk as Buffer);
  const found = hash.digest('hex');
  if (found === sha256) return;
  throw new DamagedPart(`${key} has the SHA-256 ${found}, and the manifest says ${sha256}`);
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
  await verifyFile(s3, place, part);
  const file = await open(s3, beside(place, part.key));
  const rows = csvRows(pipeline(file, createGunzip(), () => undefined).setEncoding('utf8'));
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
