import { expect, test } from 'vitest';
import { Lateness } from '../../../../core/lateness.ts';
import { addPermission, FunctionRegistry, type FunctionSettings } from '../../../../services/lambda/store.ts';

const home = { account: '111111111111', region: 'us-east-1' };

const SETTINGS: FunctionSettings = {
  ...home,
  name: 'relay',
  description: '',
  runtime: 'nodejs24.x',
  handler: 'index.handler',
  roleArn: 'r',
  taskRoot: '/',
  codeHash: 'h',
  timeoutSeconds: 3,
  memorySizeMb: 128,
  environment: {},
  reservedConcurrency: undefined,
  durable: undefined,
  logging: { group: 'l', format: 'Text', applicationLevel: 'INFO', systemLevel: 'INFO' },
};

test('a new alias, and one that points elsewhere, are seen late', () => {
  let now = 1_000;
  const lateness = new Lateness(() => now, { seed: 1, mostMs: 100 });
  lateness.begin();
  now += 1;
  const functions = new FunctionRegistry(lateness);
  const aliases = Array.from({ length: 20 }, (_, index) => `alias-${index}`);
  const { arn, aliases: kept } = functions.add(SETTINGS, new Date(now));
  const pointTo = (version: string) => {
    for (const alias of aliases) kept.set(alias, version);
  };
  const seen = () =>
    new Set(aliases.map((qualifier) => functions.seen({ ...home, name: 'relay', qualifier })?.version));
  pointTo(functions.publish(arn));
  expect(seen()).toContain(undefined);
  now += 100;
  expect(seen()).toEqual(new Set(['1']));
  functions.update(arn, SETTINGS, new Date(now));
  pointTo(functions.publish(arn));
  expect(seen()).toContain('1');
  now += 100;
  expect(seen()).toEqual(new Set(['2']));
});

test('permissions of a function come to 20 KB at most', () => {
  const functions = new FunctionRegistry();
  functions.add(SETTINGS, new Date(0));
  const target = functions.target({ ...home, name: 'relay', qualifier: undefined });
  const permit = (length: number) =>
    addPermission(target, {
      statementId: `s${length}`,
      action: 'lambda:InvokeFunction',
      principal: '*',
      sourceArn: 'x'.repeat(length),
    });
  permit(10_000);
  expect(() => permit(10_400)).toThrow(
    expect.objectContaining({
      code: 'PolicyLengthExceededException',
      message: expect.stringMatching(/^The final policy size \(20\d{3}\) is bigger than the limit \(20480\)\.$/),
    }),
  );
  permit(9000);
});
