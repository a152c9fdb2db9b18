/** A folder that can't be gone on with: the message says why, and names the folder. */
export class KeptFolderError extends Error {
  override readonly name = 'KeptFolderError';
  /** Whether nothing is wrong but that another process has it. */
  readonly isInUse: boolean;

  constructor(message: string, { isInUse = false, ...options }: ErrorOptions & { isInUse?: boolean } = {}) {
    super(message, options);
    this.isInUse = isInUse;
  }
}
