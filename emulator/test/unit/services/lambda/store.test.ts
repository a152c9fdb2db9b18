import { expect, test } from 'vitest';
import { addPermission, FunctionRegistry } from '../../../../services/lambda/store.ts';

const home = { account: '111111111111', region: 'us-east-1' };

test('permissions of a function come to 20 KB at most', () => {
  const functions = new FunctionRegistry();
  const logging = { group: 'l', format: 'Text', applicationLevel: 'INFO', systemLevel: 'INFO' } as const;
  functions.add(
    {
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
      logging,
    },
    new Date(0),
  );
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
