/** A share of `npm run prove:iam`: the statements of the committed configuration, each as a whole; and proofs that it can fail. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { IS_SWEEP } from '../support/sweep.ts';
import { CHECKS } from './checks.ts';
import { tellHolders } from './places.ts';
import type { ProofWorld } from './proof-world.ts';
import { type Proof, prove, rowKey } from './prove.ts';
import { problemsOf, summaryOf } from './report.ts';
import { variationsOf } from './variations.ts';
import { CONFIGURATIONS, startProofWorld } from './world.ts';

const PATIENCE_MS = 300_000;
const [committed] = CONFIGURATIONS;
const TRIED = IS_SWEEP ? CONFIGURATIONS : [committed!];
const proofs: (Proof & { configuration: string })[] = [];
const worlds: ProofWorld[] = [];

afterAll(() => Promise.all(worlds.map((world) => world.close())));

describe.each(TRIED.map((configuration) => [configuration.name, configuration] as const))(
  '%s',
  (name, configuration) => {
    const { checks = CHECKS } = configuration;
    let world: ProofWorld;

    beforeAll(async () => {
      world = await startProofWorld(configuration);
      worlds.push(world);
    });

    afterAll(() => expect(world.cloud.unexpectedErrors).toEqual([]));

    test('all checks hold, and no role can do more than its statements say', { timeout: PATIENCE_MS }, async () => {
      const proved = new Set(proofs.flatMap(({ rows }) => rows.filter((row) => !row.problem).map(rowKey)));
      const isOther = configuration.others !== undefined;
      const proof = await prove(world, { checks, proved: isOther ? new Set() : proved, isBrief: !IS_SWEEP });
      proofs.push({ ...proof, configuration: name });
      expect(proof.broken).toEqual([]);
      expect(proof.refusals.filter(({ problem }) => problem)).toEqual([]);
      expect(proof.refusals.length).toBeGreaterThan(200);
    });
  },
);

test('each statement has a check that would miss it, and most of them do in the committed configuration already', () => {
  const rows = proofs.flatMap((proof) => proof.rows);
  expect(rows.filter(({ problem }) => problem?.startsWith('no check guards'))).toEqual([]);
  expect(rows.filter(({ provedBy }) => provedBy !== undefined).length).toBeGreaterThan(IS_SWEEP ? 90 : 50);
});

test.runIf(IS_SWEEP)(
  'every statement, action, resource, principal and condition is missed when it is taken away (all configurations: npm run sweeps)',
  () => {
    expect(proofs).toHaveLength(TRIED.length);
    expect(problemsOf(proofs)).toEqual([]);
    expect(summaryOf(proofs)).toMatch(/^(\d+) of \1 parts and limits of \d+ statements .*; (\d+) of \2 attempts/);
  },
);

describe('the proof fails', () => {
  /** Proves one policy of the relay's role, as if it were this one. */
  const provenAs = async (statement: object, checks = CHECKS) => {
    const world = worlds[0]!;
    const place = world.places.find(({ name, kind }) => name === 'upload-relay' && kind === 'identity')!;
    const document = { Version: '2012-10-17', Statement: [statement] } as typeof place.document;
    const proof = await prove({ ...world, places: [{ ...place, document }] }, { checks });
    place.replace(place.document);
    return proof;
  };
  const readObjects = {
    Sid: 'ReadObjects',
    Effect: 'Allow',
    Action: 's3:GetObject',
    Resource: 'arn:aws:s3:::upload-relay-source-111111111111/*',
  };

  test('for a statement that no check guards, and names it', async () => {
    const { rows } = await provenAs({ ...readObjects, Sid: 'ReadMore' });
    expect(rows[0]).toMatchObject({
      statement: 'ReadMore',
      change: 'the statement',
      problem: 'no check guards this statement: write one in test/iam/checks.ts',
    });
  });

  test('for a statement that nobody misses', async () => {
    const idle = { name: 'nothing', guards: /ReadObjects/, holds: async () => true };
    const { rows } = await provenAs(readObjects, [idle]);
    expect(rows[0]?.problem).toBe('nobody misses it: “nothing” still hold');
  });

  test('for a check that fails with nothing taken away', async () => {
    const broken = { name: 'nothing', guards: /ReadObjects/, holds: async () => false };
    expect((await provenAs(readObjects, [broken])).broken).toContain('upload-relay: nothing');
  });

  test('for a role that can do more than its statements say', async () => {
    const { refusals } = await provenAs({ ...readObjects, Sid: 'ReadMore' });
    expect(refusals.filter(({ problem }) => problem).map(({ action }) => action)).toContain('s3:ListBucket');
  });

  test('for a policy on a type of resource that it does not know', () => {
    const topic = { Type: 'AWS::Some::Policy', Properties: { PolicyDocument: { Statement: [] } } };
    const stack = {
      name: 'stack',
      account: '',
      region: '',
      parameters: {},
      templateUploaded: false,
      assets: new Map(),
      template: { Resources: { topic } },
    };
    expect(() => tellHolders(stack)).toThrow('stack: nobody proves the policy of topic');
  });
});

test('what is taken away is exactly one thing at a time', () => {
  const statement = {
    Sid: 'S',
    Effect: 'Allow' as const,
    Action: ['s3:GetObject', 's3:PutObject'],
    Resource: 'arn:aws:s3:::bucket/in/*',
    Condition: { Bool: { 'aws:SecureTransport': 'true' }, StringEquals: { a: '1', b: '2' } },
  };
  const variations = variationsOf({ Version: '2012-10-17', Statement: [statement] }, 'identity');
  expect(variations.map(({ change }) => change)).toEqual([
    'the statement',
    'action s3:GetObject',
    'action s3:PutObject',
    'resource arn:aws:s3:::bucket/in/*',
    'condition Bool aws:SecureTransport',
    'condition StringEquals a',
    'condition StringEquals b',
    'the limit of resource arn:aws:s3:::bucket/in/*, widened to *',
    'the limit of resource arn:aws:s3:::bucket/in/*, widened to arn:aws:s3:::bucket/*',
  ]);
  expect(variations[5]!.document.Statement).toEqual([
    { ...statement, Condition: { Bool: { 'aws:SecureTransport': 'true' }, StringEquals: { b: '2' } } },
  ]);
});
