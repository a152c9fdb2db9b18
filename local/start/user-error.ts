/** A mistake of the person at the keyboard: shown as its message alone, and the program ends with exit code 2. */
export class UserError extends Error {
  override readonly name = 'UserError';
}
