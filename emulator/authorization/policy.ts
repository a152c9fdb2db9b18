/** The grammar of policies: what IAM checks before it stores one. */
import { ApiError } from '../core/api.ts';
import { listOf, type PolicyDocument, type Statement } from '../core/policy-document.ts';
import { isKnownOperator } from './conditions.ts';
import { characterProblem, repeatedName } from './document-text.ts';
import { keyProblem } from './key-acceptance.ts';

/**
 * What a policy hangs on decides which elements it has: a trust policy has no Resource, an identity policy no Principal, and a resource
 * control policy only denies.
 */
export type PolicyKind = 'identity' | 'trust' | 'resource' | 'service control' | 'resource control';

export const STATEMENT_ELEMENTS = new Set([
  'Sid',
  'Effect',
  'Principal',
  'NotPrincipal',
  'Action',
  'NotAction',
  'Resource',
  'NotResource',
  'Condition',
]);
/** Whole names only: AWS knows no wildcard inside a principal. */
const PRINCIPALS: Readonly<Record<string, RegExp>> = {
  AWS: /^(\*|\d{12}|A(ROA|IDA)[A-Z0-9]+(:[\w+=,.@-]+)?|arn:[a-z-]+:(iam|sts)::\d{12}:(root|[\w+=,.@/-]+))$/,
  Service: /^([\w-]+\.)+(amazonaws\.com(\.cn)?|amazon\.com|aws\.internal)$/,
  Federated: /^/,
  CanonicalUser: /^[0-9a-f]{64}$/,
};

/**
 * Checks a policy before it is stored.
 * @param json the document, or its JSON text
 * @param where named in errors, e.g. `bucket policy of uploads`
 * @throws ApiError `MalformedPolicyDocument` (400) that names the place and what was expected there
 */
export function parsePolicy(json: unknown, where: string, kind: PolicyKind = 'identity'): PolicyDocument {
  const document = record(typeof json === 'string' ? parseJson(json, where) : json, where);
  for (const element of Object.keys(document)) {
    if (!['Version', 'Id', 'Statement'].includes(element)) malformed(where, `unknown element ${element}`);
  }
  const character = characterProblem(document);
  if (character !== undefined) malformed(where, character);
  const { Version, Id } = document;
  if (Version !== undefined && Version !== '2012-10-17' && Version !== '2008-10-17') {
    malformed(where, `Version must be 2012-10-17 or 2008-10-17, not ${JSON.stringify(Version)}`);
  }
  if (kind.endsWith('control') && Version !== '2012-10-17') malformed(where, 'Version must be 2012-10-17');
  if (Id !== undefined && typeof Id !== 'string') malformed(where, 'Id must be a string');
  const statements = listOf(document['Statement']);
  if (statements.length === 0) malformed(where, 'Statement is missing or empty');
  const sids = new Set<string>();
  for (const [index, statement] of statements.entries()) {
    const place = `${where}, statement ${index + 1}`;
    const { Sid } = checkStatement(statement, place, kind);
    if (Sid === undefined) continue;
    if (sids.has(Sid)) malformed(place, `the Sid ${Sid} is used twice`);
    sids.add(Sid);
  }
  for (const [index, statement] of statements.entries()) {
    const problem = keyProblem(statement as Statement, Version === '2012-10-17');
    if (problem !== undefined) malformed(`${where}, statement ${index + 1}`, problem);
  }
  return structuredClone(document) as unknown as PolicyDocument;
}

function checkStatement(value: unknown, place: string, kind: PolicyKind): { Sid?: string } {
  const statement = record(value, place);
  for (const element of Object.keys(statement)) {
    if (!STATEMENT_ELEMENTS.has(element)) malformed(place, `unknown element ${element}`);
  }
  const { Sid, Effect } = statement;
  if (Sid !== undefined && typeof Sid !== 'string') malformed(place, 'Sid must be a string');
  if ((kind === 'identity' || kind === 'trust') && /[^0-9A-Za-z]/.test(Sid ?? '')) {
    const problem = 'Check that your input satisfies the regular expression [0-9A-Za-z]*';
    malformed(place, `Statement IDs (SID) must be alpha-numeric. ${problem}`);
  }
  if (Effect !== 'Allow' && Effect !== 'Deny') {
    malformed(place, `Effect must be Allow or Deny, not ${JSON.stringify(Effect)}`);
  }
  if (kind === 'resource control') checkResourceControl(statement, place);
  checkActions(statement, place, kind);
  checkResources(statement, place, kind);
  checkPrincipals(statement, place, kind);
  if (statement['Condition'] !== undefined) checkCondition(statement['Condition'], place);
  return Sid === undefined ? {} : { Sid };
}

/** https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps_syntax.html */
function checkResourceControl({ Effect, Principal, NotAction, Action }: Record<string, unknown>, place: string): void {
  if (Effect !== 'Deny') malformed(place, 'Effect must be Deny: only the policy RCPFullAWSAccess allows');
  if (Principal !== '*') malformed(place, `Principal must be "*", not ${JSON.stringify(Principal)}`);
  if (NotAction !== undefined) malformed(place, 'Has prohibited field NotAction');
  if (listOf(Action).includes('*')) malformed(place, 'Action must name a service, as s3:*, not "*"');
}

function checkActions(statement: Record<string, unknown>, place: string, kind: PolicyKind): void {
  const element = exactlyOne(statement, 'Action', 'NotAction', place);
  for (const action of strings(statement[element], `${place}, ${element}`)) {
    if (action !== '*' && !/^[\w-]+:[\w*?-]+$/.test(action)) {
      malformed(place, `${element} must be "*" or service:action, not ${JSON.stringify(action)}`);
    }
    if (kind === 'trust' && !/^sts:/i.test(action)) malformed(place, 'a trust policy may only name actions of sts');
  }
}

function checkResources(statement: Record<string, unknown>, place: string, kind: PolicyKind): void {
  if (kind === 'trust') {
    for (const element of ['Resource', 'NotResource']) {
      if (statement[element] !== undefined) malformed(place, `Has prohibited field ${element}`);
    }
    return;
  }
  const element = exactlyOne(statement, 'Resource', 'NotResource', place);
  for (const resource of strings(statement[element], `${place}, ${element}`)) {
    if (resource !== '*' && !/^arn(:.*){5}/s.test(resource)) {
      malformed(place, `${element} ${JSON.stringify(resource)} must be in ARN format or "*"`);
    }
  }
}

function checkPrincipals(statement: Record<string, unknown>, place: string, kind: PolicyKind): void {
  if (kind === 'identity' || kind === 'service control') {
    for (const element of ['Principal', 'NotPrincipal']) {
      if (statement[element] !== undefined) malformed(place, `Has prohibited field ${element}`);
    }
    return;
  }
  const element = exactlyOne(statement, 'Principal', 'NotPrincipal', place);
  if (element === 'NotPrincipal' && (kind === 'trust' || statement['Effect'] === 'Allow')) {
    malformed(place, 'NotPrincipal is possible only with Effect Deny, and never in a trust policy');
  }
  const principal = statement[element];
  if (principal === '*') return;
  const types = Object.entries(record(principal, `${place}, ${element}`));
  if (types.length === 0) malformed(place, `Invalid principal in policy: ${element} names nobody`);
  for (const [type, value] of types) {
    const form = Object.hasOwn(PRINCIPALS, type)
      ? PRINCIPALS[type]!
      : malformed(place, `unknown principal type ${type}`);
    for (const name of strings(value, `${place}, ${element} ${type}`)) {
      if (!form.test(name)) malformed(place, `Invalid principal in policy: "${type}":${JSON.stringify(name)}`);
    }
  }
}

function checkCondition(value: unknown, place: string): void {
  for (const [operator, keys] of Object.entries(record(value, `${place}, Condition`))) {
    if (!isKnownOperator(operator)) malformed(place, `Invalid Condition type : ${operator}`);
    for (const [key, values] of Object.entries(record(keys, `${place}, Condition ${operator}`))) {
      const list = listOf(values);
      const valid = list.every((item) => ['string', 'number', 'boolean'].includes(typeof item));
      if (list.length === 0 || !valid) malformed(place, `${operator} ${key} needs a value or a list of values`);
    }
  }
}

function exactlyOne<T extends string>(statement: Record<string, unknown>, element: T, opposite: T, place: string): T {
  const given = [element, opposite].filter((name) => statement[name] !== undefined);
  if (given.length !== 1) malformed(place, `exactly one of ${element} and ${opposite} is needed`);
  return given[0]!;
}

function strings(value: unknown, place: string): string[] {
  const list = listOf(value);
  if (list.length === 0) malformed(place, 'must not be empty');
  return list.map((item) =>
    typeof item === 'string' ? item : malformed(place, 'a string or a list of strings is needed'),
  );
}

function record(value: unknown, place: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) malformed(place, 'a JSON object is needed');
  return value as Record<string, unknown>;
}

function parseJson(text: string, where: string): unknown {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    malformed(where, 'This policy contains invalid Json');
  }
  const repeated = repeatedName(text);
  if (repeated !== undefined) malformed(where, `${repeated} is given twice in one element`);
  return document;
}

function malformed(place: string, problem: string): never {
  throw new ApiError('MalformedPolicyDocument', 400, `${place}: ${problem}`);
}
