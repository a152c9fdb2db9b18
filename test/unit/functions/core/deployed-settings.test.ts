import { describe, expect, test } from 'vitest';
import { readConfig } from '../../../../functions/core/config.ts';
import { withDeployed } from '../../../../functions/core/deployed-settings.ts';
import { aRoute } from '../../../support/relay.ts';
import { ENVIRONMENT, SETTINGS } from '../../../support/relay-settings.ts';

const FILE = {
  deployedValues: 2,
  plain: 'stays',
  account: { deployed: [1] },
  routes: [{ role: { deployed: ['arn:aws:iam::', 1, ':role/', 0] } }],
};

test('the deployment’s values take their places', () => {
  expect(withDeployed(FILE, '["writer","222222222222"]')).toEqual({
    settings: {
      deployedValues: 2,
      plain: 'stays',
      account: '222222222222',
      routes: [{ role: 'arn:aws:iam::222222222222:role/writer' }],
    },
  });
});

test('settings without such places are as they are', () => {
  expect(withDeployed({ plain: 'stays' }, undefined)).toEqual({ settings: { plain: 'stays' } });
});

const LIST = 'DEPLOYED_SETTINGS: it must be a JSON list of 2 texts, none of them empty';

test.each<[string, string | undefined]>([
  ['missing', undefined],
  ['empty', ''],
  ['no JSON', '["writer","2222'],
  ['no list', '{"0":"writer","1":"222222222222"}'],
  ['too short', '["222222222222"]'],
  ['made longer by a quotation mark within a value', '["writer","x","222222222222"]'],
  ['holding something else than texts', '["writer",222222222222]'],
  ['holding an empty text', '["writer",""]'],
])('a variable that is %s is refused', (_, variable) => expect(withDeployed(FILE, variable)).toBe(LIST));

test('a variable that nothing asks for is refused', () => {
  expect(withDeployed({ plain: 'stays' }, '["x"]')).toContain('the settings ask for no value of it');
});

describe('a value is checked like any other setting', () => {
  const { destination, ...route } = aRoute();
  const settings = (field: string) => ({
    ...SETTINGS,
    deployedValues: 1,
    routes: [{ ...route, destination: { ...destination, [field]: { deployed: [0] } } }],
  });
  const read = (field: string, value: string) =>
    readConfig({ ...ENVIRONMENT, DEPLOYED_SETTINGS: JSON.stringify([value]) }, JSON.stringify(settings(field)));

  test.each([
    ['account', '222222222222'],
    ['region', 'eu-central-1'],
    ['bucket', 'their-bucket.2'],
    ['kmsKeyArn', 'arn:aws:kms:eu-central-1:222222222222:key/11111111-1111-1111-1111-111111111111'],
  ])('%s may be %s', (field, value) => {
    expect(read(field, value).routes[0]!.destination).toMatchObject({ [field]: value });
  });

  test.each([
    ['account', '2222'],
    ['region', 'evil.example/'],
    ['region', 'eu-central-1@evil'],
    ['bucket', 'a/../b'],
    ['bucket', 'b?x=y'],
    ['bucket', 'x'.repeat(64)],
    ['kmsKeyArn', 'alias/mine'],
  ])('%s may not be %s', (field, value) => {
    expect(() => read(field, value)).toThrow(
      expect.objectContaining({
        code: 'ConfigurationInvalid',
        message: expect.stringContaining(`field "routes.0.destination.${field}"`),
      }),
    );
  });
});
