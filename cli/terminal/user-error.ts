/** Errors that are shown as their message alone, without a stack. */

/** A mistake of the person at the keyboard: the program ends with exit code 2. */
export class UserError extends Error {
  override readonly name = 'UserError';
}

/** What was asked for was tried, and has failed: the program ends with exit code 1. */
export class Failure extends Error {
  override readonly name = 'Failure';
}
