/**
 * IAM's decision, written down a second time from the flow charts and tables of the IAM User Guide and of AWS Organizations, page by page
 * and as plainly as can be. It has no line in common with the local AWS.
 */

export type Values = string | string[];

export interface NaiveStatement {
  Effect: 'Allow' | 'Deny';
  Principal?: '*' | Record<string, Values>;
  NotPrincipal?: '*' | Record<string, Values>;
  Action?: Values;
  NotAction?: Values;
  Resource?: Values;
  NotResource?: Values;
  Condition?: Record<string, Record<string, Values>>;
}

export interface NaivePolicy {
  Version?: '2008-10-17' | '2012-10-17';
  Statement: NaiveStatement[];
}

export type Who =
  | { kind: 'anonymous' }
  | { kind: 'service'; service: string }
  | { kind: 'root'; account: string }
  | { kind: 'user'; account: string; name: string; id: string; tags: Record<string, string> }
  | {
      kind: 'session';
      account: string;
      role: string;
      id: string;
      session: string;
      issued: string;
      tags: Record<string, string>;
    };

export interface Question {
  who: Who;
  action: string;
  resource: string;
  /** Of the resource. */
  owner: string;
  /** What the request itself says. */
  context: Record<string, Values>;
  now: string;
  identity: NaivePolicy[];
  boundary?: NaivePolicy;
  session: NaivePolicy[];
  resourcePolicy?: NaivePolicy;
  /** Of the caller's account, from the root down; undefined for an account in no organisation. */
  scps?: NaivePolicy[][];
  rcps: NaivePolicy[];
  callerOrganization?: string;
  ownerOrganization?: string;
}

interface Request extends Question {
  keys: Map<string, string[]>;
  policy: NaivePolicy;
}

const many = (value: Values | undefined): string[] =>
  value === undefined ? [] : typeof value === 'string' ? [value] : value;

/** reference_policies_evaluation-logic_policy-eval-denyallow, -eval-basics and -cross-account */
export function isAllowed(question: Question): boolean {
  const { who, owner, identity, boundary, session, resourcePolicy, scps = [], rcps } = question;
  const account = accountOf(who);
  const keys = contextOf(question);
  const mine = (effect: 'Allow' | 'Deny') => (policy: NaivePolicy) =>
    policy.Statement.some(
      (statement) => statement.Effect === effect && speaks(statement, { ...question, keys, policy }),
    );
  const theirs = (policy: NaivePolicy | undefined, effect: 'Allow' | 'Deny') =>
    (policy?.Statement ?? []).filter(
      (statement) =>
        statement.Effect === effect &&
        ways(statement, question).length > 0 &&
        speaks(statement, { ...question, keys, policy: policy! }),
    );

  // Deny evaluation: an explicit deny in any policy is final.
  const isMember = account !== undefined;
  const isIdentity = who.kind === 'user' || who.kind === 'session';
  if (isMember && scps.flat().some(mine('Deny'))) return false;
  if (rcps.some((policy) => theirs(policy, 'Deny').length > 0)) return false;
  if (theirs(resourcePolicy, 'Deny').length > 0) return false;
  if (isIdentity && identity.some(mine('Deny'))) return false;
  if (isIdentity && boundary && mine('Deny')(boundary)) return false;
  if (who.kind === 'session' && session.some(mine('Deny'))) return false;

  // RCPs: RCPFullAWSAccess allows. SCPs: each level has to.
  if (isMember && scps.some((level) => !level.some(mine('Allow')))) return false;

  const grants = theirs(resourcePolicy, 'Allow').flatMap((statement) => ways(statement, question));
  if (!isMember) return grants.length > 0;

  const byIdentity = who.kind === 'root' || identity.some(mine('Allow'));
  const byBoundary = who.kind === 'root' || boundary === undefined || mine('Allow')(boundary);
  const bySession = who.kind !== 'session' || session.length === 0 || session.some(mine('Allow'));
  if (account !== owner) return grants.length > 0 && byIdentity && byBoundary && bySession;

  // Within one account the resource's policy may be enough.
  if (grants.includes('the principal itself')) return true;
  if (grants.includes('its role')) return byBoundary && bySession;
  const needsOwnPolicy = /^kms:|^sts:AssumeRole$/.test(question.action);
  if (needsOwnPolicy && !grants.includes('its account')) return false;
  return byIdentity && byBoundary && bySession;
}

function accountOf(who: Who): string | undefined {
  return 'account' in who ? who.account : undefined;
}

function namesOf(who: Who): { itself: string[]; role: string[]; account: string[] } {
  switch (who.kind) {
    case 'anonymous':
    case 'service':
      return { itself: [], role: [], account: [] };
    case 'root':
      return { itself: [], role: [], account: [who.account, `arn:aws:iam::${who.account}:root`] };
    case 'user':
      return {
        itself: [`arn:aws:iam::${who.account}:user/${who.name}`, who.id],
        role: [],
        account: [who.account, `arn:aws:iam::${who.account}:root`],
      };
    case 'session':
      return {
        itself: [`arn:aws:sts::${who.account}:assumed-role/${who.role}/${who.session}`, `${who.id}:${who.session}`],
        role: [`arn:aws:iam::${who.account}:role/${who.role}`, who.id],
        account: [who.account, `arn:aws:iam::${who.account}:root`],
      };
  }
}

/** reference_policies_elements_principal and _notprincipal: by which of its names a statement reaches the caller */
function ways(statement: NaiveStatement, { who, boundary }: Question): string[] {
  if (statement.NotPrincipal !== undefined) {
    const hasBoundary = (who.kind === 'user' || who.kind === 'session') && boundary !== undefined;
    return hasBoundary || !isSpared(statement.NotPrincipal, who) ? ['the principal itself'] : [];
  }
  const { Principal } = statement;
  if (Principal === undefined) return [];
  if (Principal === '*' || many(Principal['AWS']).includes('*')) return ['the principal itself'];
  if (who.kind === 'service') return many(Principal['Service']).includes(who.service) ? ['the principal itself'] : [];
  const { itself, role, account } = namesOf(who);
  const named = many(Principal['AWS']);
  const found: string[] = [];
  if (named.some((name) => itself.includes(name))) found.push('the principal itself');
  if (named.some((name) => role.includes(name))) found.push('its role');
  if (named.some((name) => account.includes(name))) found.push('its account');
  return found;
}

/** All that the caller is must be listed: the account, and the user, or the role and its session. */
function isSpared(element: '*' | Record<string, Values>, who: Who): boolean {
  if (element === '*') return true;
  const named = many(element['AWS']);
  if (named.includes('*')) return true;
  if (who.kind === 'service') return many(element['Service']).includes(who.service);
  const { itself, role, account } = namesOf(who);
  if (who.kind === 'anonymous') return false;
  return [itself, role, account].every((names) => names.length === 0 || names.some((name) => named.includes(name)));
}

/** reference_policies_elements: Action, Resource and Condition have to match, all of them */
function speaks(statement: NaiveStatement, request: Request): boolean {
  const { action, resource } = request;
  const like = (pattern: string) => wildcards(pattern.toLowerCase()).test(action.toLowerCase());
  if (statement.Action !== undefined && !many(statement.Action).some(like)) return false;
  if (statement.NotAction !== undefined && many(statement.NotAction).some(like)) return false;
  const at = (pattern: string) => pattern === '*' || isArnLike(pattern, resource, request);
  if (statement.Resource !== undefined && !many(statement.Resource).some(at)) return false;
  if (statement.NotResource !== undefined && many(statement.NotResource).some(at)) return false;
  return Object.entries(statement.Condition ?? {}).every(([operator, block]) =>
    Object.entries(block).every(([key, expected]) => holds(operator, key, many(expected), request)),
  );
}

function wildcards(pattern: string): RegExp {
  const source = [...pattern].map((c) => (c === '*' ? '[^]*' : c === '?' ? '[^]' : escaped(c))).join('');
  return new RegExp(`^${source}$`, 'u');
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}

/** reference_policies_variables: what a text with `${…}` in it looks for; undefined where a variable has no value */
function parts(text: string, { policy, keys }: Request): string[] | undefined {
  if (policy.Version !== '2012-10-17')
    return [...text].map((c) => (c === '*' ? '[^]*' : c === '?' ? '[^]' : escaped(c)));
  const found: string[] = [];
  for (let rest = text; rest !== ''; ) {
    const variable = /^\$\{([^}]*)\}/.exec(rest);
    if (variable) {
      const [name = '', fallback] = variable[1]!.split(/,\s*/);
      const values = keys.get(name.trim().toLowerCase()) ?? [];
      const value = ['*', '?', '$'].includes(name)
        ? name
        : values.length === 1
          ? values[0]
          : fallback?.trim().slice(1, -1);
      if (value === undefined) return undefined;
      found.push(...[...value].map(escaped));
    } else found.push(rest[0] === '*' ? '[^]*' : rest[0] === '?' ? '[^]' : escaped(rest[0]!));
    rest = rest.slice(variable ? variable[0].length : 1);
  }
  return found;
}

function isLike(pattern: string, actual: string, request: Request): boolean {
  const found = parts(pattern, request);
  return found !== undefined && new RegExp(`^${found.join('')}$`, 'u').test(actual);
}

/** Conditions_ARN: each of the six components by itself */
function isArnLike(pattern: string, actual: string, request: Request): boolean {
  if (pattern === '*') return true;
  const found = parts(pattern, request);
  if (found === undefined) return false;
  const split = (pieces: string[]): string[][] => {
    const components: string[][] = [[]];
    for (const piece of pieces) {
      if (piece === ':' && components.length < 6) components.push([]);
      else components.at(-1)!.push(piece);
    }
    return components;
  };
  const wanted = split(found);
  const given = split([...actual]);
  if (wanted.length < 6 || given.length < 6) return false;
  return wanted.every((component, index) => new RegExp(`^${component.join('')}$`, 'u').test(given[index]!.join('')));
}

/** Without wildcards, which are then characters like others. */
function isSame(expected: string, actual: string, request: Request, fold = (text: string) => text): boolean {
  if (request.policy.Version !== '2012-10-17') return fold(expected) === fold(actual);
  const plain = expected
    .split(/(\$\{[^}]*\})/)
    .map((piece) => (piece.startsWith('${') ? piece : piece.replace(/[*?]/g, '${$&}')));
  const found = parts(plain.join(''), request);
  if (found === undefined) return false;
  const text = found.map((piece) => (piece.length === 2 ? piece[1] : piece)).join('');
  return fold(text) === fold(actual);
}

const lower = (text: string) => text.toLowerCase();
const moment = (text: string) => (/^\d+$/.test(text) ? Number(text) * 1000 : new Date(text).getTime());

/** reference_policies_elements_condition_operators: whether one value of the request matches one of the policy */
function matches(operator: string, expected: string, actual: string, request: Request): boolean {
  switch (operator) {
    case 'StringEquals':
      return isSame(expected, actual, request);
    case 'StringEqualsIgnoreCase':
      return isSame(expected, actual, request, lower);
    case 'StringLike':
      return isLike(expected, actual, request);
    case 'ArnEquals':
    case 'ArnLike':
      return isArnLike(expected, actual, request);
    case 'Bool':
      return expected.toLowerCase() === actual.toLowerCase();
    case 'NumericEquals':
      return Number(actual) === Number(expected);
    case 'NumericLessThan':
      return Number(actual) < Number(expected);
    case 'NumericLessThanEquals':
      return Number(actual) <= Number(expected);
    case 'NumericGreaterThan':
      return Number(actual) > Number(expected);
    case 'NumericGreaterThanEquals':
      return Number(actual) >= Number(expected);
    case 'DateEquals':
      return moment(actual) === moment(expected);
    case 'DateLessThan':
      return moment(actual) < moment(expected);
    case 'DateLessThanEquals':
      return moment(actual) <= moment(expected);
    case 'DateGreaterThan':
      return moment(actual) > moment(expected);
    case 'DateGreaterThanEquals':
      return moment(actual) >= moment(expected);
    case 'IpAddress':
      return isWithin(expected, actual);
    default:
      throw new Error(`The naive evaluator doesn't know ${operator}`);
  }
}

function isWithin(range: string, address: string): boolean {
  const [base = '', bits = base.includes(':') ? '128' : '32'] = range.split('/');
  if (base.includes(':') !== address.includes(':')) return false;
  return toBits(base).slice(0, Number(bits)) === toBits(address).slice(0, Number(bits));
}

function toBits(address: string): string {
  if (!address.includes(':'))
    return address
      .split('.')
      .map((octet) => Number(octet).toString(2).padStart(8, '0'))
      .join('');
  const [head = '', tail] = address.split('::');
  const groups = (text: string | undefined) => (text ? text.split(':') : []);
  const missing = tail === undefined ? 0 : 8 - groups(head).length - groups(tail).length;
  return [...groups(head), ...Array.from({ length: missing }, () => '0'), ...groups(tail)]
    .map((group) => Number.parseInt(group, 16).toString(2).padStart(16, '0'))
    .join('');
}

function holds(operator: string, key: string, expected: string[], request: Request): boolean {
  const actual = request.keys.get(key.toLowerCase()) ?? [];
  const isThere = actual.length > 0;
  if (operator === 'Null') return expected.some((value) => (value.toLowerCase() === 'true') !== isThere);
  const [, set, stated, ifExists] = /^(?:(ForAllValues|ForAnyValue):)?(\w+?)(IfExists)?$/.exec(operator)!;
  const isNegated = stated === 'NotIpAddress' || /(Not)(Equals|Like)/.test(stated!);
  const positive = stated!.replace('Not', '');
  // One of the policy's values is enough; a negated operator wants none of them.
  const one = (value: string) => expected.some((each) => matches(positive, each, value, request)) !== isNegated;
  if (!isThere) {
    if (ifExists) return true;
    if (set === 'ForAllValues') return true;
    if (set === 'ForAnyValue') return false;
    return isNegated;
  }
  if (set === 'ForAllValues') return actual.every(one);
  if (set === 'ForAnyValue') return actual.some(one);
  return one(actual[0]!);
}

/** reference_policies_condition-keys, "Properties of the principal" and its table in reference_policies_variables */
function contextOf({
  who,
  context,
  owner,
  now,
  callerOrganization,
  ownerOrganization,
}: Question): Map<string, string[]> {
  const keys = new Map<string, string[]>();
  const set = (key: string, value: Values | undefined) => {
    if (value !== undefined && many(value).length > 0) keys.set(key.toLowerCase(), many(value));
  };
  set('aws:CurrentTime', now);
  set('aws:EpochTime', String(Math.floor(new Date(now).getTime() / 1000)));
  for (const [key, value] of Object.entries(context)) set(key, value);
  set('aws:ResourceAccount', owner);
  set('aws:ResourceOrgID', ownerOrganization);
  set('aws:ViaAWSService', 'false');
  set('aws:PrincipalOrgID', accountOf(who) === undefined ? undefined : callerOrganization);
  set('aws:PrincipalAccount', who.kind === 'anonymous' ? 'anonymous' : accountOf(who));
  if (who.kind !== 'anonymous') set('aws:PrincipalIsAWSService', String(who.kind === 'service'));
  if ('tags' in who) for (const [key, value] of Object.entries(who.tags)) set(`aws:PrincipalTag/${key}`, value);
  switch (who.kind) {
    case 'anonymous':
      set('aws:PrincipalType', 'Anonymous');
      set('aws:userid', 'anonymous');
      break;
    case 'service':
      set('aws:PrincipalServiceName', who.service);
      set('aws:SecureTransport', 'true');
      break;
    case 'root':
      set('aws:PrincipalType', 'Account');
      set('aws:PrincipalArn', `arn:aws:iam::${who.account}:root`);
      set('aws:userid', who.account);
      break;
    case 'user':
      set('aws:PrincipalType', 'User');
      set('aws:PrincipalArn', `arn:aws:iam::${who.account}:user/${who.name}`);
      set('aws:userid', who.id);
      set('aws:username', who.name);
      break;
    case 'session':
      set('aws:PrincipalType', 'AssumedRole');
      set('aws:PrincipalArn', `arn:aws:iam::${who.account}:role/${who.role}`);
      set('aws:userid', `${who.id}:${who.session}`);
      set('aws:TokenIssueTime', who.issued);
      set('aws:MultiFactorAuthPresent', 'false');
  }
  return keys;
}
