/** The path of a role or policy in IAM. */

/** None where it is IAM's own, so that templates are as they were before roles had paths. */
export function atPath(path: string): { path?: string } {
  return path === '/' ? {} : { path };
}
