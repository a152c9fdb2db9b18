/** What a relay tells of itself to whoever may invoke its check. */
import { expect, test } from 'vitest';
import { asksForRoutes, described } from '../../../../functions/check/described.ts';
import { aRoute } from '../../../support/relay.ts';

test.each([
  [{ list: 'routes' }, true],
  [{ list: 'all' }, false],
  [{}, false],
  [null, false],
  ['routes', false],
])('%j asks for it: %j', (event, asks) => expect(asksForRoutes(event)).toBe(asks));

test('routes are told without roles and external ids', () => {
  const pull = {
    account: '333333333333',
    region: 'eu-west-1',
    bucket: 'theirs',
    readerRoleArn: 'arn:aws:iam::333333333333:role/reader',
    externalId: 'secret-enough',
  };
  const told = described({ name: 'r', sourceBucket: 'own', routes: [aRoute(), aRoute({ name: 'pulled', pull })] });
  expect(told).toMatchObject({ name: 'r', sourceBucket: 'own', routes: [{ name: 'main' }, { name: 'pulled' }] });
  expect(told.routes[1]!.pull).toEqual({ account: '333333333333', region: 'eu-west-1', bucket: 'theirs' });
  expect(JSON.stringify(told)).not.toMatch(/external|secret|arn:/i);
});
