import { expect, test } from 'vitest';
import { readDocument, writeDocument } from '../../../../keeping/document.ts';
import { open, readCiphertext, seal } from '../../../../services/kms/ciphertext.ts';
import { KeyRegistry } from '../../../../services/kms/store.ts';

const PLACE = { account: '111111111111', region: 'eu-west-1' };
const KEY_ARN = 'arn:aws:kms:eu-west-1:111111111111:key/k';

test('what was sealed before opens with a key that was kept, and its alias still names it', () => {
  const before = new KeyRegistry();
  before.add(KEY_ARN, { Statement: { Effect: 'Allow', Action: '*', Resource: '*' } });
  before.addAlias('arn:aws:kms:eu-west-1:111111111111:alias/a', KEY_ARN);
  const sealed = seal(KEY_ARN, before.get(KEY_ARN)!.material, Buffer.from('secret'), {});

  const after = new KeyRegistry();
  after.restore(readDocument(writeDocument(before.snapshot())) as never);
  expect(after.resolve('alias/a', PLACE)).toBe(KEY_ARN);
  expect(open(readCiphertext(sealed), after.get(KEY_ARN)!.material, {}).toString()).toBe('secret');
  expect(after.get(KEY_ARN)).toEqual(before.get(KEY_ARN));
});
