/** Runs an audit in a process of its own, and kills it at the requests that a test names. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { AuditLimits } from '../../../functions/replay/audit/audit.ts';
import type { AuditSummary } from '../../../functions/replay/audit/audit-objects.ts';
import { Stub } from './stub.ts';

export interface AuditOutcome {
  summary: AuditSummary;
  /** How many executions it took, each handing over to the next. */
  executions: number;
  /** The most memory that the last process had. */
  maxRssKiB: number;
  /** What people read of the report, by its name in its folder. */
  files: Map<string, Buffer>;
  requests: number;
}

export interface AuditPlan {
  keys: number;
  limits: Partial<AuditLimits>;
  /** It dies at each of these requests, counted over all processes. */
  killAt?: readonly number[];
}

const ENTRY = fileURLToPath(new URL('audit-process.ts', import.meta.url));
/** The young generation as the deployed function has it, and the old one as V8 has it where there are 256 MB: half of them. */
const NODE_OPTIONS = '--max-semi-space-size=2 --max-old-space-size=128';

export async function auditInProcess({ keys, limits, killAt = [] }: AuditPlan): Promise<AuditOutcome> {
  const folder = await mkdtemp(join(tmpdir(), 'upload-relay-audit-'));
  const stub = new Stub(keys);
  try {
    const bundle = await bundled(folder);
    const env = environment(await stub.start());
    let child: ChildProcess;
    stub.onRequest = () => {
      const dies = killAt.includes(stub.requests);
      if (dies) child.kill('SIGKILL');
      // Half of them take effect all the same.
      return !dies || stub.requests % 2 === 0;
    };
    for (;;) {
      const args = [bundle, join(folder, 'journal'), JSON.stringify(limits)];
      const own = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'inherit'] });
      child = own;
      const [answer, signal] = await Promise.all([
        text(own.stdout),
        new Promise((resolve) => own.on('exit', (_, by) => resolve(by))),
      ]);
      if (signal === 'SIGKILL') continue;
      const { requests } = stub;
      return { ...(JSON.parse(answer) as Omit<AuditOutcome, 'files' | 'requests'>), files: reportOf(stub), requests };
    }
  } finally {
    stub.close();
    await rm(folder, { recursive: true });
  }
}

function reportOf({ files }: Stub): Map<string, Buffer> {
  const report = [...files].filter(([key]) => !key.startsWith('audit/work/'));
  return new Map(report.map(([key, bytes]) => [key.replace(/^audit\/[^/]+\//, ''), bytes]));
}

async function bundled(folder: string): Promise<string> {
  const outfile = join(folder, 'audit.mjs');
  const banner = "import{createRequire}from'node:module';const require=createRequire(import.meta.url);";
  await build({
    entryPoints: [ENTRY],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    mainFields: ['module', 'main'],
    banner: { js: banner },
  });
  return outfile;
}

function environment(endpoint: string): NodeJS.ProcessEnv {
  return {
    PATH: process.env['PATH'],
    NODE_OPTIONS,
    AWS_ENDPOINT_URL: endpoint,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'secret',
  };
}
