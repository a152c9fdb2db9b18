/** The ids of versions that requests name. */
import { invalidArgument } from './errors.ts';

/** S3 can tell that it never gave an id; here only its form shows it. */
export function isVersionId(text: string): boolean {
  return /^(null|[\w.-]{32})$/.test(text);
}

/**
 * @param name of the parameter, or of the header, that it stands in
 * @throws ApiError `InvalidArgument`
 */
export function checkVersionId(versionId: string, name: string): void {
  if (versionId === '') throw invalidArgument('Version id cannot be the empty string', name, '');
  if (!isVersionId(versionId)) throw invalidArgument('Invalid version id specified', name, versionId);
}
