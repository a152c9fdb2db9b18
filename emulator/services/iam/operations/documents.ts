/** Policies as IAM writes them into its answers. */
import type { PolicyDocument } from '../../../core/policy-document.ts';
import { percentEncode } from '../../../protocols/percent-encoding.ts';

/** As IAM puts policies into its answers: JSON, percent-encoded by RFC 3986. */
export function encodedDocument(document: PolicyDocument): string {
  return percentEncode(JSON.stringify(document));
}
