/** Policies as IAM writes them into its answers. */
import { listOf, type OneOrMany, type PolicyDocument, type PrincipalElement } from '../../../core/policy-document.ts';
import { percentEncode } from '../../../protocols/percent-encoding.ts';

/** Knows whose an id is, as the Directory does. */
export interface PrincipalArns {
  arnOf(uniqueId: string): string | undefined;
}

/** As IAM puts policies into its answers: JSON, percent-encoded by RFC 3986. */
export function encodedDocument(document: PolicyDocument): string {
  return percentEncode(JSON.stringify(document));
}

/** A trust policy for people to read: with ARNs, except where an id's user or role has been removed. */
export function readableTrust(trust: PolicyDocument, arns: PrincipalArns): PolicyDocument {
  const statements = listOf(trust.Statement).map((statement) => ({
    ...statement,
    ...(statement.Principal && { Principal: readableElement(statement.Principal, arns) }),
  }));
  return { ...trust, Statement: statements };
}

function readableElement(element: PrincipalElement, arns: PrincipalArns): PrincipalElement {
  if (element === '*' || element['AWS'] === undefined) return element;
  return { ...element, AWS: readableNames(element['AWS'], arns) };
}

function readableNames(names: OneOrMany<string>, arns: PrincipalArns): OneOrMany<string> {
  const readable = (name: string) => arns.arnOf(name) ?? name;
  return Array.isArray(names) ? names.map(readable) : readable(names);
}
