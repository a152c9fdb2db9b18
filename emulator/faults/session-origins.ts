/** Which key opened a session, so that a rule can name the function behind it. */
import type { ApiResponse } from '../core/api.ts';

/** By whose keys a session was opened: a function works with sessions that it has assumed itself, too. */
export class SessionOrigins {
  readonly #openedBy = new Map<string, string>();

  /** @param answer of AssumeRole, which tells the new session's key */
  note(accessKeyId: string | undefined, { body }: ApiResponse): void {
    const [, opened] = /<AccessKeyId>(\w+)<\/AccessKeyId>/.exec(typeof body === 'string' ? body : '') ?? [];
    if (accessKeyId !== undefined && opened !== undefined) this.#openedBy.set(opened, accessKeyId);
  }

  /** The key at the beginning of the chain; the key itself when it opened with nobody's help. */
  of(accessKeyId: string): string {
    const opener = this.#openedBy.get(accessKeyId);
    return opener === undefined ? accessKeyId : this.of(opener);
  }
}
