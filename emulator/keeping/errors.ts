/** A folder that can't be gone on with: the message says why, and names the folder. */
export class KeptFolderError extends Error {
  override readonly name = 'KeptFolderError';
}
