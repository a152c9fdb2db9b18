/** What stands in the documentation and isn't run by test/acceptance/docs, because another test does, or because it can't be. */

/** Pages whose commands another test takes from the page and runs. */
export const PAGES_RUN_BY: Record<string, string> = {
  'docs/by-hand.md': 'test/acceptance/scenarios/page.ts',
  'docs/local-aws.md': 'test/system/start/aws-cli.test.ts',
};

export interface Elsewhere {
  why: string;
  /** The file that does as much. */
  by?: string;
}

/** Commands by how they begin. */
export const RUN_ELSEWHERE: Record<string, Elsewhere> = {
  'npm ci': { why: 'CI does it before any test', by: '.ci/run' },
  'npm pack': { why: 'it takes a minute', by: 'local/package/check.ts' },
  'npm install ./upload-relay-0.1.0.tgz': { why: 'it asks a registry', by: 'local/package/check.ts' },
  'npm run api': { why: 'it writes pages', by: 'test/acceptance/package/api.test.ts' },
  'npm run package:check': { why: 'it asks a registry', by: '.ci/run' },
  'npm start': { why: 'it stays up; this test starts the same program', by: 'test/system/start/start.test.ts' },
  'npm test': { why: 'it is what runs this', by: '.ci/run' },
  'npm run check': { why: 'npm test begins with it', by: 'test/run.ts' },
  'npm run fix': { why: 'it changes the sources; npm test sees whether it has been run', by: 'test/run.ts' },
  'npm run licences': { why: 'it writes a page', by: 'test/security/licences/licences.test.ts' },
  'npm run schema': { why: 'it writes two files', by: 'test/unit/infra/config/json-schema.test.ts' },
  'npm run templates': { why: 'it writes two files', by: 'test/templates/account-templates.test.ts' },
  'examples/cloudformation/deploy.sh': {
    why: 'it deploys into account B',
    by: 'test/acceptance/examples/cloudformation.test.ts',
  },
  'npm run dashboard': { why: 'it draws a picture for two minutes', by: 'test/unit/local/dashboard/svg.test.ts' },
  'npm run bench': { why: 'it measures for minutes', by: 'test/unit/bench/report.test.ts' },
  'npm run chaos': { why: 'it takes minutes', by: 'test/chaos/chaos.test.ts' },
  'npm run explore': { why: 'it takes hours', by: 'test/model/exploration/converges.test.ts' },
  'npm run compare': { why: 'it needs another checkout', by: 'test/deploys/compare.ts' },
  'npm run sweeps': { why: 'it takes half an hour', by: 'test/system/memory/memory.test.ts' },
  'npm run deploys': { why: 'it takes minutes', by: 'test/deploys/deploys.test.ts' },
  'npm run verify-report -- MANIFEST': {
    why: 'it wants the manifest of a report',
    by: 'test/system/replay/audit.test.ts',
  },
  'npm run prove:iam': { why: 'it takes minutes', by: 'test/iam/iam.test.ts' },
  'npm run fire -- nightly': {
    why: 'it wants a cdk.json with such a schedule',
    by: 'test/system/replay/schedules.test.ts',
  },
  'npm run try -- watch': { why: 'it goes on until Ctrl-C', by: 'test/system/start/try.test.ts' },
  'npm run try -- pull': { why: 'it deploys a second relay', by: 'test/system/start/try.test.ts' },
  'npm run try -- by-hand': { why: 'it adds profiles and stacks', by: 'test/system/start/try.test.ts' },
  'npm run local': { why: 'it moves the time that all pages share', by: 'test/acceptance/scenarios/by-hand.test.ts' },
  'npx cdk deploy Source --profile a --import-existing-resources': {
    why: 'the names of queues are free again only after a minute',
    by: 'test/deploys/lifecycle.test.ts',
  },
  'npm run audit': { why: 'it asks a registry' },
};

export function elsewhereOf(command: string): Elsewhere | undefined {
  const begin = Object.keys(RUN_ELSEWHERE).find((each) => command === each || command.startsWith(`${each} `));
  return begin === undefined ? undefined : RUN_ELSEWHERE[begin];
}
