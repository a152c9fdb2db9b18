import { expect, test } from 'vitest';
import { parseConfig } from '../../../../infra/config/config.ts';
import { accountProfiles, regionsOf } from '../../../../local/start/account-profiles.ts';
import { committedContext, pullingRoute } from '../../../support/stacks.ts';

test('each account has a profile, those that are pulled from last', () => {
  const context = committedContext();
  context.routes.unshift(pullingRoute());
  const config = parseConfig(context);
  expect([...accountProfiles(config)]).toEqual([
    ['111111111111', 'a'],
    ['222222222222', 'b'],
    ['333333333333', 'c'],
  ]);
  expect([...regionsOf(config).keys()].sort()).toEqual([...accountProfiles(config).keys()]);
});
