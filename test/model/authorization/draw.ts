/** Questions to IAM, drawn so that policies often speak of what is asked. */
import type { Random } from '../../../emulator/index.ts';
import type { NaivePolicy, NaiveStatement, Question, Values, Who } from './naive.ts';

export const HOME = '111111111111';
export const AWAY = '222222222222';
export const NOW = '2026-03-04T05:06:07.000Z';
const ISSUED = '2026-03-04T05:00:00.000Z';
const ORGANIZATIONS = { [HOME]: 'o-home000001', [AWAY]: 'o-away000001' };
const ROLE_ID = 'AROAHOME';
const USER_ID = 'AIDAHOME';
const USER_ARN = `arn:aws:iam::${HOME}:user/ann`;
const ROLE_ARN = `arn:aws:iam::${HOME}:role/relay`;
const SESSION_ARN = `arn:aws:sts::${HOME}:assumed-role/relay/s1`;

interface Target {
  actions: readonly string[];
  resources: readonly string[];
  patterns: readonly string[];
}

const BUCKETS: Target = {
  actions: ['s3:GetObject', 's3:PutObject', 's3:ListBucket'],
  resources: [
    'arn:aws:s3:::bucket/ann/key',
    'arn:aws:s3:::bucket/red',
    'arn:aws:s3:::bucket',
    'arn:aws:s3:::other/a:b',
  ],
  patterns: [
    'arn:aws:s3:::bucket/*',
    'arn:aws:s3:::bucket',
    'arn:aws:s3:::*',
    'arn:aws:s3:::bucket/${aws:username}/*',
    'arn:aws:s3:::bucket/${aws:PrincipalTag/team}',
    "arn:aws:s3:::bucket/${aws:username, 'ann'}/k?y",
    'arn:aws:s3:::bucket/${s3:RequestObjectTagKeys}',
    'arn:aws:s3:::other/*:b',
    'arn:aws:s3:::other/a${*}b',
    'arn:aws:*:::bucket/r?d',
    'arn:aws:sqs:*:*:*',
  ],
};
const OTHERS: readonly Target[] = [
  {
    actions: ['sqs:SendMessage', 'sqs:receivemessage'],
    resources: [`arn:aws:sqs:us-east-1:${HOME}:queue`],
    patterns: [
      `arn:aws:sqs:us-east-1:${HOME}:queue`,
      'arn:aws:sqs:*:*:q*',
      `arn:aws:sqs:us-*:\${aws:PrincipalAccount}:queue`,
    ],
  },
  {
    actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
    resources: [`arn:aws:kms:us-east-1:${HOME}:key/k`],
    patterns: [`arn:aws:kms:*:${HOME}:key/*`, 'arn:aws:kms:*:*:alias/*'],
  },
  {
    actions: ['sts:AssumeRole'],
    resources: [`arn:aws:iam::${HOME}:role/writer`],
    patterns: [`arn:aws:iam::${HOME}:role/writer`, 'arn:aws:iam::*:role/w*', 'arn:aws:iam::*:role/reader'],
  },
];

type Kind = 'text' | 'arn' | 'number' | 'date' | 'bool' | 'address' | 'several';

/** Keys with what the request may say, and what policies may compare it with. */
const KEYS: Readonly<Record<string, { kind: Kind; said?: readonly Values[]; asked: readonly string[] }>> = {
  's3:prefix': {
    kind: 'text',
    said: ['', 'ann/', 'a*', 'Red', 'a${x}', '${aws:username}'],
    asked: ['ann/', '${aws:username}/', '${aws:username}/*', 'A*', 'a${*}', '*', '?nn/', ''],
  },
  's3:ExistingObjectTag/team': {
    kind: 'text',
    said: ['red', 'blue'],
    asked: ['red', 'RED', '${aws:PrincipalTag/team}', "${aws:PrincipalTag/team, 'red'}", 'r*', 'b?ue'],
  },
  's3:max-keys': { kind: 'number', said: ['10', '1000'], asked: ['10', '9.5', '1000', '-1'] },
  's3:RequestObjectTagKeys': {
    kind: 'several',
    said: [['team'], ['team', 'class'], []],
    asked: ['team', 'class', 'c*', '${s3:RequestObjectTagKeys}', '${aws:username}'],
  },
  'aws:SourceIp': {
    kind: 'address',
    said: ['10.1.2.3', '192.168.0.9', 'fd00::1:2'],
    asked: ['10.0.0.0/8', '10.1.2.3', '192.168.0.8/29', 'fd00::/8', '0.0.0.0/0', '::/0'],
  },
  'aws:SecureTransport': { kind: 'bool', said: ['true', 'false'], asked: ['true', 'false', 'True'] },
  'aws:CurrentTime': {
    kind: 'date',
    asked: ['2026-03-04T05:06:07Z', '2026-03-04T06:06:07+01:00', '2026-03-05', '1772600767', '2020-01-01T00:00Z'],
  },
  'aws:EpochTime': { kind: 'date', asked: ['2026-03-04T05:06:07Z', '1772600766'] },
  'aws:SourceArn': {
    kind: 'arn',
    said: ['arn:aws:s3:::bucket', `arn:aws:lambda:us-east-1:${HOME}:function:f:live`],
    asked: [
      'arn:aws:s3:::b*',
      'arn:aws:*',
      '*',
      `arn:aws:lambda:*:${HOME}:function:f:*`,
      'arn:aws:s3:::${aws:username}',
    ],
  },
  'aws:PrincipalArn': {
    kind: 'arn',
    asked: [USER_ARN, ROLE_ARN, SESSION_ARN, 'arn:aws:iam::*:role/r*', `arn:aws:iam::${HOME}:root`, 'arn:aws:iam::*:*'],
  },
  'aws:PrincipalAccount': { kind: 'text', asked: [HOME, AWAY, 'anonymous', '${aws:ResourceAccount}'] },
  'aws:PrincipalType': { kind: 'text', asked: ['User', 'AssumedRole', 'Account', 'Anonymous', 'user'] },
  'aws:PrincipalIsAWSService': { kind: 'bool', asked: ['true', 'false'] },
  'aws:PrincipalServiceName': { kind: 'text', asked: ['s3.amazonaws.com', '*'] },
  'aws:PrincipalTag/team': { kind: 'text', asked: ['red', 'blue', '${s3:ExistingObjectTag/team}', '*'] },
  'aws:PrincipalOrgID': { kind: 'text', asked: [ORGANIZATIONS[HOME]!, '${aws:ResourceOrgID}', 'o-*'] },
  'aws:ResourceOrgID': { kind: 'text', asked: [ORGANIZATIONS[HOME]!, '${aws:PrincipalOrgID}'] },
  'aws:ResourceAccount': { kind: 'text', asked: [HOME, '${aws:PrincipalAccount}'] },
  'aws:TokenIssueTime': { kind: 'date', asked: ['2026-03-04T05:00:00Z', '2026-03-04T05:00:01Z', '2026-03-03'] },
  'aws:MultiFactorAuthPresent': { kind: 'bool', asked: ['true', 'false'] },
  'aws:ViaAWSService': { kind: 'bool', asked: ['true', 'false'] },
  'aws:userid': { kind: 'text', asked: [USER_ID, `${ROLE_ID}:*`, `${ROLE_ID}:s1`, HOME] },
  'aws:username': { kind: 'text', asked: ['ann', 'Ann', 'a*', '${s3:prefix}'] },
};

const ORDERED = ['Equals', 'NotEquals', 'LessThan', 'LessThanEquals', 'GreaterThan', 'GreaterThanEquals'];
const TEXT = ['Equals', 'NotEquals', 'EqualsIgnoreCase', 'NotEqualsIgnoreCase', 'Like', 'NotLike'].map(
  (name) => `String${name}`,
);
const ARN = ['ArnEquals', 'ArnNotEquals', 'ArnLike', 'ArnNotLike'];
const OPERATORS: Record<Kind, readonly string[]> = {
  text: TEXT,
  several: TEXT,
  arn: [...ARN, 'StringEquals', 'StringNotLike'],
  number: ORDERED.map((name) => `Numeric${name}`),
  date: ORDERED.map((name) => `Date${name}`),
  bool: ['Bool'],
  address: ['IpAddress', 'NotIpAddress'],
};

const WHO: readonly Who[] = [
  { kind: 'anonymous' },
  { kind: 'service', service: 's3.amazonaws.com' },
  { kind: 'root', account: HOME },
  { kind: 'user', account: HOME, name: 'ann', id: USER_ID, tags: {} },
  { kind: 'user', account: HOME, name: 'ann', id: USER_ID, tags: { team: 'red' } },
  { kind: 'session', account: HOME, role: 'relay', id: ROLE_ID, session: 's1', issued: ISSUED, tags: {} },
  { kind: 'session', account: HOME, role: 'relay', id: ROLE_ID, session: 's1', issued: ISSUED, tags: { team: 'blue' } },
];

const PRINCIPALS = [
  HOME,
  `arn:aws:iam::${HOME}:root`,
  USER_ARN,
  USER_ID,
  ROLE_ARN,
  ROLE_ID,
  SESSION_ARN,
  `${ROLE_ID}:s1`,
  `${ROLE_ID}:s2`,
  AWAY,
];

export function drawQuestion(random: Random): Question {
  const chance = (share: number) => random.next() < share;
  const target = chance(0.6) ? BUCKETS : random.pick(OTHERS);
  const action = random.pick(target.actions);
  const who = chance(0.75) ? random.pick(WHO.slice(3)) : random.pick(WHO.slice(0, 3));
  const owner = chance(0.65) ? HOME : AWAY;

  const some = (list: readonly string[]): Values => {
    if (chance(0.6)) return random.pick(list);
    return [random.pick(list), random.pick(list)];
  };

  function condition(): NaiveStatement['Condition'] {
    const block: Record<string, Record<string, Values>> = {};
    for (let left = chance(0.3) ? 2 : 1; left > 0; left--) {
      const key = random.pick(Object.keys(KEYS));
      const { kind, asked } = KEYS[key]!;
      const written = chance(0.1) ? key.toUpperCase() : key;
      if (chance(0.12)) block['Null'] = { [written]: some(['true', 'false']) };
      else {
        const set = kind === 'several' || chance(0.06) ? random.pick(['ForAllValues:', 'ForAnyValue:']) : '';
        const operator = `${set}${random.pick(OPERATORS[kind])}${chance(0.25) ? 'IfExists' : ''}`;
        block[operator] = { ...block[operator], [written]: some(asked) };
      }
    }
    return block;
  }

  function principal(): NonNullable<NaiveStatement['Principal']> {
    const draw = random.next();
    if (draw < 0.2) return '*';
    if (draw < 0.3) return { AWS: '*' };
    if (draw < 0.4) return { Service: some(['s3.amazonaws.com', 'sqs.amazonaws.com']) };
    const AWS = chance(0.5) ? some(PRINCIPALS) : Array.from({ length: 4 }, () => random.pick(PRINCIPALS));
    return chance(0.1) ? { AWS, Service: 's3.amazonaws.com' } : { AWS };
  }

  function statement(
    effect: NaiveStatement['Effect'],
    place: 'identity' | 'resource' | 'trust' | 'rcp',
  ): NaiveStatement {
    const service = action.split(':')[0]!;
    const actions = [
      action,
      action.toUpperCase(),
      `${service}:*`,
      `${service}:${action.split(':')[1]!.slice(0, 3)}*`,
      's3:Put*',
      'sqs:?endMessage',
    ];
    const named =
      place === 'trust' ? ['sts:AssumeRole', 'sts:*', 'sts:TagSession'] : place === 'rcp' ? actions : [...actions, '*'];
    const patterns = [...target.patterns, ...(chance(0.4) ? ['*'] : [])];
    return {
      Effect: effect,
      ...(place === 'rcp' && { Principal: '*' as const }),
      ...((place === 'resource' || place === 'trust') &&
        (effect === 'Deny' && place === 'resource' && chance(0.4)
          ? { NotPrincipal: principal() }
          : { Principal: principal() })),
      ...(place !== 'rcp' && chance(0.15) ? { NotAction: some(named) } : { Action: some(named) }),
      ...(place !== 'trust' &&
        (chance(0.2) ? { NotResource: some(patterns) } : { Resource: chance(0.3) ? '*' : some(patterns) })),
      ...(chance(0.45) && { Condition: condition()! }),
    };
  }

  function policy(place: 'identity' | 'resource' | 'trust' | 'rcp', denies = 0.2): NaivePolicy {
    const effect = () => (place === 'rcp' || chance(denies) ? 'Deny' : 'Allow');
    const Statement = Array.from({ length: chance(0.4) ? 2 : 1 }, () => statement(effect(), place));
    const Version = place === 'rcp' || chance(0.85) ? '2012-10-17' : '2008-10-17';
    return chance(0.05) && place !== 'rcp' ? { Statement } : { Version, Statement };
  }

  const context: Question['context'] = {};
  for (const [key, { said }] of Object.entries(KEYS)) if (said && chance(0.6)) context[key] = random.pick(said);
  const place = action.startsWith('sts:') ? 'trust' : 'resource';
  const everything: NaivePolicy = {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }],
  };
  const inOrganization = chance(0.35);
  const level = () =>
    chance(0.7) ? [everything, ...(chance(0.4) ? [policy('identity', 0.8)] : [])] : [policy('identity')];
  const isGoverned = chance(0.3);
  const members = [...(inOrganization ? [HOME] : []), ...(isGoverned ? [owner] : [])];
  return {
    who,
    action,
    resource: random.pick(target.resources),
    owner,
    context,
    now: NOW,
    identity: Array.from({ length: random.integer(3) }, () => (chance(0.3) ? everything : policy('identity'))),
    ...(chance(0.3) && { boundary: chance(0.4) ? everything : policy('identity') }),
    session: chance(0.35) ? [chance(0.4) ? everything : policy('identity')] : [],
    ...(chance(0.7) && { resourcePolicy: policy(place) }),
    ...(inOrganization && { scps: [level(), level()] }),
    rcps: isGoverned ? [policy('rcp')] : [],
    ...(members.includes(HOME) && { callerOrganization: ORGANIZATIONS[HOME]! }),
    ...(members.includes(owner) && { ownerOrganization: ORGANIZATIONS[owner]! }),
  };
}
