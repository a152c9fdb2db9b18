/** What `npm start` says to type next. */
import { describe, expect, test } from 'vitest';
import { parseConfig } from '../../../../infra/config/config.ts';
import { accountProfiles } from '../../../../local/start/account-profiles.ts';
import { hintsOf } from '../../../../local/start/hints.ts';
import { intakeOf } from '../../../../local/start/intake.ts';
import { committedContext, pullingRoute } from '../../../support/stacks.ts';

function hints(context: unknown): string {
  const config = parseConfig(context);
  const session = { config, intake: intakeOf(config), profiles: accountProfiles(config) };
  return hintsOf({ ...session, cloud: { url: 'https://127.0.0.1:1', folder: '/f' } }, { shellFile: '.local/aws.sh' });
}

const replays = ['nightly', 'invoices'].map((name) => ({ name, schedule: 'rate(1 day)' }));

test('how to fire each replay of the configuration', () => {
  const context = { ...committedContext(), relay: { replays } };
  expect(hints(context)).toContain('  npm run fire -- nightly\n  npm run fire -- invoices\n');
  expect(hints({ ...committedContext(), relay: { replay: false } })).not.toContain('fire');
});

describe('where every route pulls', () => {
  const { bucket: _, ...source } = committedContext().source;
  const { existingBucket: __, ...destination } = pullingRoute().destination;
  const route = pullingRoute({ destination, filter: { prefix: 'reports/' } });
  const context = { ...committedContext(), source, routes: [route] };

  test('the customer drops a file, and the relay is told to look', () => {
    expect(hints(context)).toContain(
      [
        '  aws --profile c s3 cp README.md s3://customer-333333333333/reports/hello.md',
        `  aws lambda invoke --function-name upload-relay-replay:live --payload '{"route":"customer"}' /dev/stdout`,
        '  aws --profile b s3 ls --recursive s3://upload-relay-destination-222222222222/',
      ].join('\n'),
    );
  });

  test('without replay nothing is told to look', () => {
    expect(hints({ ...context, relay: { replay: false } })).not.toContain('lambda invoke');
  });
});
