/** Every mistake at once, those that explain others first. */
import { describe, expect, test } from 'vitest';
import { parseConfig } from '../../../../infra/config/config.ts';
import type { ConfigError } from '../../../../infra/config/mistakes.ts';
import { type CommittedContext, committedContext, pullingRoute } from '../../../support/stacks.ts';

function told(change: (context: CommittedContext) => unknown): ConfigError {
  const context = committedContext();
  change(context);
  try {
    parseConfig(context);
  } catch (error) {
    return error as ConfigError;
  }
  throw new Error('accepted');
}

const fieldsOf = ({ mistakes }: ConfigError) => mistakes.map(({ path }) => path.join('.'));

test('unknown fields come first, and then all others in the order of the file', () => {
  const error = told((context) => {
    const { destination, ...rest } = context.routes[0]!;
    context.routes[0] = { ...rest, destinaton: { ...destination, regoin: 'eu-west-1', prefix: '/in/' } } as never;
    Object.assign(context.source, { account: 111111111111, region: 'us-esat-1' });
    context.relay = { audit: { schedule: 'daily' }, memoryMiB: '512', batchSize: 11 };
  });
  expect(error.message.split('\n')).toEqual([
    'cdk.json: 8 mistakes',
    '1. field "relay.routes.0.destinaton" is not known; did you mean "destination"?',
    '2. field "relay.routes.0.destination.regoin" is not known; did you mean "region"?',
    expect.stringMatching(/^3\. field "relay\.source\.account" is 111111111111: must be the 12 digits/),
    expect.stringMatching(/^4\. field "relay\.source\.region" is "us-esat-1": .* did you mean "us-east-1"\?/),
    expect.stringMatching(/^5\. field "relay\.routes\.0\.destination\.prefix" is "\/in\/": it begins with "\/"/),
    expect.stringMatching(/^6\. field "relay\.relay\.audit\.schedule" is "daily": must be a rate/),
    '7. field "relay.relay.memoryMiB" is "512": must be a number, without quotes.',
    '8. field "relay.relay.batchSize" is 11: must be at most 10.',
  ]);
});

test('in a file of its own, fields are called as they stand there', () => {
  const error = told((context) => Object.assign(context, { source: null, relay: null }));
  expect(error.inFile('other.json')).toBe(
    'other.json: 2 mistakes\n1. field "source" is null: must be an object: {…}.\n2. field "relay" is null: must be an object: {…}.',
  );
});

describe('an unknown field', () => {
  test.each([
    [{ name: 'x' }, '"relay.name" is not known; it belongs into "relay".'],
    [{ lookBackHours: 1 }, '"relay.lookBackHours" is not known; look for a typing error, or remove it.'],
    [
      { relay: { lookBackHours: 1 } },
      '"relay.relay.lookBackHours" is not known; it belongs into an entry of "replays".',
    ],
    [{ relay: { 'a\nb': 1 } }, '"relay.relay.a\\nb" is not known'],
    [JSON.parse('{ "relay": { "__proto__": 1 } }'), '"relay.relay.__proto__" is not known'],
  ])('%j', (change, sentence) => {
    expect(told((context) => Object.assign(context, change)).message).toContain(`field ${sentence}`);
  });

  test('hides nothing of what stands beside its right name', () => {
    const error = told((context) => Object.assign(context.source, { regoin: 'x', region: 'y' }));
    expect(fieldsOf(error)).toEqual(['source.regoin', 'source.region']);
  });
});

describe('what doesn’t fit together is told beside a wrong type, as far as it doesn’t depend on it', () => {
  test('two routes of one name, one of which has a wrong prefix', () => {
    const error = told(({ routes }) => {
      routes.push(pullingRoute({ name: 'Main' }));
      Object.assign(routes[1]!.destination, { prefix: 7 });
    });
    expect(fieldsOf(error)).toEqual(['routes.1.name', 'routes.1.destination.prefix']);
  });

  test('no partition is told where a region is wrong', () => {
    expect(fieldsOf(told(({ source }) => Object.assign(source, { region: 7 })))).toEqual(['source.region']);
  });
});

describe('a warning', () => {
  const odd = ({ routes }: CommittedContext) => Object.assign(routes[0]!, { filter: { prefix: '/in/' } });

  test('names itself', () => {
    expect(told(odd).message).toContain('add "unusual-key:/in/" to "acknowledge" in "relay.relay"');
  });

  test('that is acknowledged is none', () => {
    const context = committedContext();
    odd(context);
    context.relay = { acknowledge: ['unusual-key:/in/'] };
    expect(() => parseConfig(context)).not.toThrow();
  });

  test.each([
    [['unusual-key:/inn/'], 'there is no such warning; did you mean "unusual-key:/in/"?'],
    [['anything at all'], 'there is no such warning; remove it.'],
    [['unusual-key:/in/', 'unusual-key:/in/'], 'it stands there already; remove one of the two.'],
  ])('that doesn’t exist can’t be acknowledged: %j', (acknowledge, sentence) => {
    const error = told((context) => {
      odd(context);
      context.relay = { acknowledge };
    });
    expect(error.message).toContain(`field "relay.relay.acknowledge.${acknowledge.length - 1}" is `);
    expect(error.message).toContain(sentence);
  });

  test.each([
    ['routes.0.filter.prefix', '//in/'],
    ['routes.0.filter.suffix', '?.csv'],
    ['routes.0.destination.prefix', 'in//'],
    ['relay.replays.0.prefix', '*'],
    ['relay.audit.prefix', '/audit/'],
    ['relay.reconciliation.inventory.prefix', '/lists'],
  ])('may be about %s', (field, text) => {
    const error = told((context) => {
      context.relay = {
        replays: [{ name: 'a', schedule: 'rate(1 day)' }],
        audit: {},
        reconciliation: { inventory: { bucket: 'lists', id: 'daily' } },
      };
      context.routes[0]!.filter = {};
      const keys = field.split('.');
      const last = keys.pop()!;
      const parent = keys.reduce((at, key) => at[key as never], context as object);
      Object.assign(parent, { [last]: text });
    });
    expect(error.mistakes).toContainEqual(expect.objectContaining({ warning: `unusual-key:${text}` }));
  });
});

describe('the external id of the example', () => {
  const inAccounts = (source: string, destination: string) => (context: CommittedContext) => {
    context.source.account = source;
    context.routes[0]!.destination.account = destination;
  };

  test.each([
    ['333333333333', '222222222222'],
    ['111111111111', '333333333333'],
  ])('is refused for real accounts (%s, %s)', (source, destination) => {
    expect(told(inAccounts(source, destination)).message).toMatch(
      /field "relay\.routes\.0\.externalId" is "agree-on-a-value-of-your-own": .* 333333333333 is a real account/,
    );
  });

  test('is refused for a real customer', () => {
    const error = told(({ routes }) =>
      routes.push(pullingRoute({ pull: { externalId: 'agree-on-a-value-of-your-own' } })),
    );
    expect(fieldsOf(error)).toEqual(['routes.1.pull.externalId']);
  });
});

describe('times', () => {
  const replaying = (replay: object) => (context: CommittedContext) => {
    context.relay = { replays: [{ name: 'a', ...replay }] };
  };

  test.each([
    ['rate(5 minutes)', 6, 'fires every 5 minutes'],
    ['rate(1 minute)', 2, 'fires every 1 minute,'],
    ['rate(2 hours)', 121, 'fires every 120 minutes'],
    ['cron(*/10 * * * ? *)', 11, 'fires every 10 minutes'],
    ['cron(0 8,9,17 * * ? *)', 61, 'fires every 60 minutes'],
  ])('a window may not be longer than the time between two firings: %s', (schedule, flexibleMinutes, sentence) => {
    expect(told(replaying({ schedule, flexibleMinutes })).message).toContain(sentence);
    const context = committedContext();
    replaying({ schedule, flexibleMinutes: flexibleMinutes - 1 })(context);
    expect(() => parseConfig(context)).not.toThrow();
  });

  test('a comparison can’t begin in the future', () => {
    const since = new Date(Date.now() + 7 * 86_400_000).toISOString().slice(0, 10);
    const error = told((context) => {
      context.relay = { reconciliation: { since } };
    });
    expect(error.message).toContain(`field "relay.relay.reconciliation.since" is "${since}": it is in the future`);
  });
});

test.each(['main', 'MAIN', 'Ma-in'])('a route called %s is like "main"', (name) => {
  const error = told(({ routes }) => routes.push(pullingRoute({ name })));
  expect(fieldsOf(error)).toEqual(['routes.1.name']);
});
