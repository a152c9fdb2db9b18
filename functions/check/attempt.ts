/** What came of a request that may well be refused. */
export type Attempt<Answer = unknown> = { kind: 'done'; answer: Answer } | { kind: 'failed'; error: ErrorFacts };

export interface ErrorFacts {
  /** The service's code, e.g. `AccessDenied`; for a HEAD, whose answer has no body, the SDK's own. */
  name: string;
  /** Absent when nobody answered. */
  status: number | undefined;
  message: string;
}

export async function attempt<Answer>(request: Promise<Answer>): Promise<Attempt<Answer>> {
  try {
    return { kind: 'done', answer: await request };
  } catch (error) {
    return { kind: 'failed', error: factsOf(error) };
  }
}

function factsOf(error: unknown): ErrorFacts {
  if (!(error instanceof Error)) return { name: 'Error', status: undefined, message: String(error) };
  const { $metadata } = error as { $metadata?: { httpStatusCode?: number } };
  return { name: error.name, status: $metadata?.httpStatusCode, message: error.message };
}

export function describe({ name, status, message }: ErrorFacts): string {
  return [status, name === message ? name : `${name}: ${message}`].filter((part) => part !== undefined).join(' ');
}

export function isRefusal({ status }: ErrorFacts): boolean {
  return status === 401 || status === 403;
}
