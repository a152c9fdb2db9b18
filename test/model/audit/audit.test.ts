/** An audit of many keys in a process of its own: its lines, hashes and totals, its memory, and that being killed changes no byte. */
import { createHash } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { IS_SWEEP } from '../../support/sweep.ts';
import { type AuditOutcome, type AuditPlan, auditInProcess } from './killed-audit.ts';
import { keyOf, sizeOf, statusOf } from './stub.ts';

const PLAN: AuditPlan = IS_SWEEP
  ? { keys: 1_000_000, limits: {} }
  : { keys: 12_000, limits: { linesPerPart: 5_000, linesPerStep: 2_000, linesPerMember: 750, findings: 10 } };
const FINDINGS = PLAN.limits.findings ?? 1_000;
const KILLS = 10;
const MOST_KIB = 256 * 1024;
const TIMEOUT_MS = IS_SWEEP ? 3_600_000 : 120_000;

interface Manifest {
  fields: string[];
  parts: { key: string; sha256: string; lines: number; bytes: number }[];
  totals: { lines: number; bytes: number; byStatus: Record<string, { lines: number; bytes: number }> };
  summary: { key: string; sha256: string; bytes: number };
}

const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

/** Cells of RFC 4180, by a parser that has nothing in common with the writer. */
function* rowsOf(text: string): Generator<string[]> {
  const cell = /("(?:[^"]|"")*"|[^",\r\n]*)(,|\r\n)/gy;
  let row: string[] = [];
  for (const [, raw = '', end] of text.matchAll(cell)) {
    row.push(raw.startsWith('"') ? raw.slice(1, -1).replaceAll('""', '"') : raw);
    if (end === ',') continue;
    yield row;
    row = [];
  }
}

/** Whether each key has its line, in the order of the listing, with the status that the ledger gives it. */
function expectSound({ files, summary }: AuditOutcome): void {
  const manifest = JSON.parse(files.get('manifest.json')!.toString()) as Manifest;
  const linesPerPart = PLAN.limits.linesPerPart ?? 1_000_000;
  const counts: Record<string, { lines: number; bytes: number }> = {};
  let index = 0;
  for (const [number, part] of manifest.parts.entries()) {
    const bytes = files.get(part.key)!;
    expect(part).toEqual({
      key: `part-${String(number + 1).padStart(5, '0')}.csv.gz`,
      sha256: sha256(bytes),
      lines: Math.min(linesPerPart, PLAN.keys - number * linesPerPart),
      bytes: bytes.length,
    });
    const rows = rowsOf(gunzipSync(bytes).toString());
    expect(rows.next().value).toEqual(manifest.fields);
    const [key, size, status] = ['key', 'sizeBytes', 'status'].map((field) => manifest.fields.indexOf(field));
    const before = index;
    for (const row of rows) {
      const isRight =
        row.length === manifest.fields.length &&
        row[key!] === keyOf(index) &&
        row[size!] === String(sizeOf(index)) &&
        row[status!] === statusOf(index);
      if (!isRight) expect.fail(`line ${index}: ${JSON.stringify(row)}`);
      const { lines = 0, bytes: sum = 0 } = counts[statusOf(index)] ?? {};
      counts[statusOf(index)] = { lines: lines + 1, bytes: sum + sizeOf(index) };
      index += 1;
    }
    expect(index - before).toBe(part.lines);
  }
  expect(index).toBe(PLAN.keys);
  expect(manifest.totals.byStatus).toEqual({ ...counts, 'already there': { lines: 0, bytes: 0 } });
  const bytes = Object.values(counts).reduce((sum, count) => sum + count.bytes, 0);
  expect(manifest.totals).toMatchObject({ lines: PLAN.keys, bytes });
  expect(summary).toMatchObject({ status: 'done', lines: PLAN.keys, bytes, parts: manifest.parts.length });
  const text = files.get('summary.json')!;
  expect(manifest.summary).toEqual({ key: 'summary.json', sha256: sha256(text), bytes: text.length });
  expectAttention(JSON.parse(text.toString()) as Attention, counts);
  expect(files.size).toBe(manifest.parts.length + 2);
}

interface Attention {
  attention: Record<string, { lines: number; isListComplete: boolean; listed: { key: string }[] }>;
}

/** The first of each status are named, and all are counted. */
function expectAttention({ attention }: Attention, counts: Record<string, { lines: number }>): void {
  expect(Object.keys(attention)).toEqual(['missing', 'failed', 'superseded', 'unproved']);
  for (const [status, { lines, isListComplete, listed }] of Object.entries(attention)) {
    expect(lines).toBe(counts[status]!.lines);
    expect(isListComplete).toBe(lines <= FINDINGS);
    const first = [];
    for (let index = 0; first.length < Math.min(lines, FINDINGS); index++)
      if (statusOf(index) === status) first.push(keyOf(index));
    expect(listed.map(({ key }) => key)).toEqual(first);
  }
}

/** Equal but for the time at which each began. */
function expectEqualReports(one: AuditOutcome, other: AuditOutcome): void {
  expect([...other.files.keys()].toSorted()).toEqual([...one.files.keys()].toSorted());
  for (const [name, bytes] of one.files) {
    if (name.endsWith('.gz')) expect(sha256(other.files.get(name)!), name).toBe(sha256(bytes));
  }
  const manifests = [one, other].map(({ files }) => JSON.parse(files.get('manifest.json')!.toString()) as object);
  expect(manifests[1]).toEqual({ ...manifests[0], startedAt: expect.any(String), summary: expect.anything() });
}

describe(`${PLAN.keys} keys`, () => {
  let undisturbed: AuditOutcome;

  test('each has its line; hashes, totals and summary are right; memory stays below 256 MB', {
    timeout: TIMEOUT_MS,
  }, async () => {
    undisturbed = await auditInProcess(PLAN);
    process.stdout.write(
      `${PLAN.keys} keys: ${undisturbed.requests} requests, ${Math.round(undisturbed.maxRssKiB / 1024)} MiB\n`,
    );
    expectSound(undisturbed);
    expect(undisturbed.maxRssKiB).toBeLessThan(MOST_KIB);
  });

  test('killed at ten points, it ends with the same bytes', { timeout: TIMEOUT_MS }, async () => {
    const killAt = Array.from({ length: KILLS }, (_, index) =>
      Math.ceil((undisturbed.requests * (index + Math.random())) / KILLS),
    );
    const killed = await auditInProcess({ ...PLAN, killAt });
    const story = `killed at requests ${killAt.join(', ')}`;
    expect(killed.requests, story).toBeGreaterThan(undisturbed.requests);
    expectSound(killed);
    expectEqualReports(undisturbed, killed);
    expect(killed.maxRssKiB, story).toBeLessThan(MOST_KIB);
    process.stdout.write(`${story}: ${Math.round(killed.maxRssKiB / 1024)} MiB\n`);
  });

  test.skipIf(IS_SWEEP)(
    'steps of another length and executions that hand over change no byte',
    { timeout: TIMEOUT_MS },
    async () => {
      const limits = { ...PLAN.limits, linesPerStep: 1_000, stepsPerExecution: 2 };
      const stepwise = await auditInProcess({ ...PLAN, limits });
      expect(stepwise.executions).toBeGreaterThan(3);
      expectSound(stepwise);
      expectEqualReports(undisturbed, stepwise);
    },
  );
});
