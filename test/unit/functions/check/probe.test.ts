import { expect, test } from 'vitest';
import { keyOutside } from '../../../../functions/check/probe.ts';
import { aRoute } from '../../../support/relay.ts';

test.each([
  ['', undefined],
  ['in/', 'upload-relay-check/id/outside-the-prefix'],
  ['upload-relay', 'not-upload-relay-check/id/outside-the-prefix'],
])('the key outside prefix "%s" is outside', (prefix, key) => {
  expect(keyOutside({ id: 'id' }, aRoute({ destination: { prefix } }))).toBe(key);
});
