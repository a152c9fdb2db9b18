/** Decisions that the IAM User Guide spells out, each with the section that does. */
import { describe, expect, test } from 'vitest';
import type { PolicyDocument, Statement } from '../../../core/policy-document.ts';
import { AWAY, ask, HOME, policy, ROLE_ARN, SESSION_ARN, type Setup, USER_ARN } from './ask.ts';

type Row = [name: string, setup: Setup, allowed: boolean];

const ALL = { Action: 's3:*', Resource: '*' };
const EVERYTHING = policy(ALL);
const QUEUES_ONLY = policy({ Action: 'sqs:*', Resource: '*' });
const deny = (changes: Partial<Statement>) => policy({ Effect: 'Deny', ...changes });
const besides = (changes: Partial<Statement>) => policy(ALL, { Effect: 'Deny', ...ALL, ...changes });
const withNot = (element: 'Resource' | 'Action', changes: Partial<Statement>): PolicyDocument => {
  const [statement] = policy({ ...ALL, ...changes }).Statement as Statement[];
  delete statement![element];
  return { Version: '2012-10-17', Statement: [...(changes.Effect === 'Deny' ? [ALLOWED] : []), statement!] };
};
const ALLOWED: Statement = { Effect: 'Allow', ...ALL };

function table(name: string, rows: Row[]): void {
  describe(name, () => {
    test.each(rows)('%s', (_, setup, allowed) => {
      const { authorizer, request } = ask(setup);
      expect(authorizer.isAllowed(request)).toBe(allowed);
    });
  });
}

const spare = (...AWS: string[]) => deny({ NotPrincipal: { AWS }, Action: 's3:*' });
const SPARED = { user: spare(USER_ARN, HOME), session: spare(SESSION_ARN, ROLE_ARN, HOME) };

table('NotPrincipal denies whoever has a permissions boundary (access_policies_boundaries)', [
  ['a user without one is spared', { who: 'user', identity: EVERYTHING, resource: SPARED.user }, true],
  ['a user', { who: 'user', identity: EVERYTHING, boundary: EVERYTHING, resource: SPARED.user }, false],
  ['a session without one is spared', { who: 'session', identity: EVERYTHING, resource: SPARED.session }, true],
  ['a session', { who: 'session', identity: EVERYTHING, boundary: EVERYTHING, resource: SPARED.session }, false],
  [
    'a session with a session policy alone is spared',
    { who: 'session', identity: EVERYTHING, session: EVERYTHING, resource: SPARED.session },
    true,
  ],
  [
    'one that names everybody',
    { who: 'user', identity: EVERYTHING, boundary: EVERYTHING, resource: deny({ NotPrincipal: '*' }) },
    false,
  ],
  [
    'not where the action is another',
    {
      who: 'user',
      identity: EVERYTHING,
      boundary: EVERYTHING,
      resource: deny({ NotPrincipal: '*', Action: 's3:PutObject' }),
    },
    true,
  ],
]);

const unresolved = (operator: string, key: string, value: string) => ({ Condition: { [operator]: { [key]: value } } });
const TAGGED = { context: { 's3:ExistingObjectTag/Team': 'red' } };
const LISTING = { action: 's3:ListBucket', on: 'arn:aws:s3:::bucket', context: { 's3:prefix': 'others/' } };

table('a variable without a value (reference_policies_variables#policy-vars-no-value)', [
  [
    'StringNotEquals in a bucket policy',
    {
      who: 'user',
      identity: EVERYTHING,
      ...TAGGED,
      resource: deny({
        Principal: '*',
        ...unresolved('StringNotEquals', 's3:ExistingObjectTag/Team', '${aws:PrincipalTag/Team}'),
      }),
    },
    false,
  ],
  [
    'with a value that is the same',
    {
      who: 'user',
      identity: EVERYTHING,
      ...TAGGED,
      tags: { Team: 'red' },
      resource: deny({
        Principal: '*',
        ...unresolved('StringNotEquals', 's3:ExistingObjectTag/Team', '${aws:PrincipalTag/Team}'),
      }),
    },
    true,
  ],
  [
    'StringNotLike for a session, which has no user name',
    {
      who: 'session',
      ...LISTING,
      identity: besides(unresolved('StringNotLike', 's3:prefix', '${aws:username}/*')),
    },
    false,
  ],
  [
    'StringNotEqualsIfExists',
    {
      who: 'session',
      ...LISTING,
      identity: besides(unresolved('StringNotEqualsIfExists', 's3:prefix', '${aws:username}/')),
    },
    false,
  ],
  [
    'ForAllValues:StringNotEquals',
    {
      who: 'session',
      ...LISTING,
      identity: besides(unresolved('ForAllValues:StringNotEquals', 's3:prefix', '${aws:username}/')),
    },
    false,
  ],
  [
    'StringLike matches nothing',
    { who: 'session', ...LISTING, identity: besides(unresolved('StringLike', 's3:prefix', '${aws:username}*')) },
    true,
  ],
  [
    'a default takes its place',
    {
      who: 'session',
      ...LISTING,
      identity: besides(unresolved('StringNotLike', 's3:prefix', "${aws:username, 'others'}/*")),
    },
    true,
  ],
  [
    'Resource matches nothing',
    { who: 'session', identity: policy({ Resource: 'arn:aws:s3:::bucket/${aws:username}/*' }) },
    false,
  ],
  [
    'Deny NotResource spares nothing',
    {
      who: 'session',
      identity: withNot('Resource', { Effect: 'Deny', NotResource: 'arn:aws:s3:::bucket/${aws:username}/*' }),
    },
    false,
  ],
  [
    'Deny NotResource spares what another pattern names',
    {
      who: 'session',
      identity: withNot('Resource', {
        Effect: 'Deny',
        NotResource: ['arn:aws:s3:::bucket/${aws:username}/*', 'arn:aws:s3:::bucket/k*'],
      }),
    },
    true,
  ],
  [
    'Allow NotResource excludes nothing',
    { who: 'session', identity: withNot('Resource', { NotResource: 'arn:aws:s3:::bucket/${aws:username}/*' }) },
    true,
  ],
  [
    'NotAction beside NotResource',
    {
      who: 'session',
      identity: withNot('Action', {
        Effect: 'Deny',
        NotAction: 's3:Put*',
        Resource: 'arn:aws:s3:::bucket/${aws:username}/*',
      }),
    },
    true,
  ],
]);

table('aws:TokenIssueTime tells sessions from long-term keys (id_roles_use_revoke-sessions, Conditions_Null)', [
  [
    'sessions issued before are revoked',
    {
      who: 'session',
      identity: besides({ Condition: { DateLessThan: { 'aws:TokenIssueTime': '1970-01-01T00:00:01Z' } } }),
    },
    false,
  ],
  [
    'those issued later are not',
    {
      who: 'session',
      identity: besides({ Condition: { DateLessThan: { 'aws:TokenIssueTime': '1970-01-01T00:00:00Z' } } }),
    },
    true,
  ],
  [
    'a user has none',
    {
      who: 'user',
      identity: besides({ Condition: { DateLessThan: { 'aws:TokenIssueTime': '1970-01-01T00:00:01Z' } } }),
    },
    true,
  ],
  [
    'long-term keys only: a session',
    { who: 'session', identity: policy({ ...ALL, Condition: { Null: { 'aws:TokenIssueTime': 'true' } } }) },
    false,
  ],
  [
    'long-term keys only: a user',
    { who: 'user', identity: policy({ ...ALL, Condition: { Null: { 'aws:TokenIssueTime': 'true' } } }) },
    true,
  ],
]);

const when = (operator: string, key: string, value: string) =>
  policy({ Principal: '*', Action: 's3:PutObject', Condition: { [operator]: { [key]: value } } });
const UPLOAD = { who: 'anonymous', action: 's3:PutObject' } as const;

table('what is said of anonymous callers (reference_policies_condition-keys)', [
  ['no aws:PrincipalIsAWSService', { ...UPLOAD, resource: when('Bool', 'aws:PrincipalIsAWSService', 'false') }, false],
  ['which IfExists passes', { ...UPLOAD, resource: when('BoolIfExists', 'aws:PrincipalIsAWSService', 'false') }, true],
  ['aws:PrincipalAccount', { ...UPLOAD, resource: when('StringEqualsIfExists', 'aws:PrincipalAccount', HOME) }, false],
  ['it is anonymous', { ...UPLOAD, resource: when('StringEquals', 'aws:PrincipalAccount', 'anonymous') }, true],
  ['no aws:PrincipalArn', { ...UPLOAD, resource: when('Null', 'aws:PrincipalArn', 'true') }, true],
  ['no aws:username', { ...UPLOAD, resource: when('Null', 'aws:username', 'true') }, true],
  ['no aws:TokenIssueTime', { ...UPLOAD, resource: when('Null', 'aws:TokenIssueTime', 'true') }, true],
  ['no aws:MultiFactorAuthPresent', { ...UPLOAD, resource: when('Null', 'aws:MultiFactorAuthPresent', 'true') }, true],
]);

const TO_ALL = policy({ Principal: '*', Condition: { ArnEquals: { 'aws:PrincipalArn': ROLE_ARN } } });
const TO_ANYBODY = policy({ Principal: { AWS: '*' } });
const TO_ROLE = policy({ Principal: { AWS: ROLE_ARN } });

table('Principal "*" names the session itself (reference_policies_evaluation-logic_policy-eval-denyallow)', [
  ['no session policy limits it', { who: 'session', session: QUEUES_ONLY, resource: TO_ALL }, true],
  ['no boundary', { who: 'session', boundary: QUEUES_ONLY, resource: TO_ALL }, true],
  ['neither of them', { who: 'session', boundary: QUEUES_ONLY, session: QUEUES_ONLY, resource: TO_ANYBODY }, true],
  ['no boundary of a user', { who: 'user', boundary: QUEUES_ONLY, resource: TO_ANYBODY }, true],
  ['a role named by its ARN is limited', { who: 'session', session: QUEUES_ONLY, resource: TO_ROLE }, false],
  ['and by its boundary', { who: 'session', boundary: QUEUES_ONLY, resource: TO_ROLE }, false],
  ['an explicit deny of the identity', { who: 'session', identity: deny({}), resource: TO_ALL }, false],
  ['of the boundary', { who: 'session', boundary: deny({}), resource: TO_ALL }, false],
  ['of the session policy', { who: 'session', session: deny({}), resource: TO_ALL }, false],
  ['another account needs its own identity policy', { who: 'session', owner: AWAY, resource: TO_ALL }, false],
  [
    'and is limited by its session policy',
    { who: 'session', owner: AWAY, identity: EVERYTHING, session: QUEUES_ONLY, resource: TO_ALL },
    false,
  ],
  [
    'and by its boundary',
    { who: 'user', owner: AWAY, identity: EVERYTHING, boundary: QUEUES_ONLY, resource: TO_ANYBODY },
    false,
  ],
  ['a role of another account, both', { who: 'session', owner: AWAY, identity: EVERYTHING, resource: TO_ALL }, true],
]);

const KEYS = { context: { 's3:RequestObjectTagKeys': ['a', 'b'] } };
const tagKeys = (operator: string, value: string) => ({
  Condition: { [operator]: { 's3:RequestObjectTagKeys': value } },
});

table('a key with several values needs a set operator (reference_policies_condition-single-vs-multi-valued)', [
  ['an Allow without one', { who: 'user', ...KEYS, identity: policy(tagKeys('StringEquals', 'a')) }, false],
  ['an Allow without one, negated', { who: 'user', ...KEYS, identity: policy(tagKeys('StringNotEquals', 'c')) }, false],
  ['a Deny without one', { who: 'user', ...KEYS, identity: besides(tagKeys('StringEquals', 'c')) }, false],
  ['with one', { who: 'user', ...KEYS, identity: policy(tagKeys('ForAnyValue:StringEquals', 'a')) }, true],
]);
