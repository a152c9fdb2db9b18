/** The way back from the ids to which a policy's principals are bound when it is stored. */
import { listOf, type OneOrMany, type PolicyDocument, type PrincipalElement } from '../core/policy-document.ts';

/** Knows whose an id is, as the Directory does. */
export interface PrincipalArns {
  arnOf(uniqueId: string): string | undefined;
}

/** A trust or bucket policy for people to read: with ARNs, except where an id's user or role has been removed. */
export function readablePolicy(policy: PolicyDocument, arns: PrincipalArns): PolicyDocument {
  const statements = listOf(policy.Statement).map((statement) => ({
    ...statement,
    ...(statement.Principal && { Principal: readableElement(statement.Principal, arns) }),
    ...(statement.NotPrincipal && { NotPrincipal: readableElement(statement.NotPrincipal, arns) }),
  }));
  return { ...policy, Statement: statements };
}

function readableElement(element: PrincipalElement, arns: PrincipalArns): PrincipalElement {
  if (element === '*' || element['AWS'] === undefined) return element;
  return { ...element, AWS: readableNames(element['AWS'], arns) };
}

function readableNames(names: OneOrMany<string>, arns: PrincipalArns): OneOrMany<string> {
  const readable = (name: string) => arns.arnOf(name) ?? name;
  return Array.isArray(names) ? names.map(readable) : readable(names);
}
