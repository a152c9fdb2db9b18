/** How a request ends early: what `send` takes besides the command. */
interface SendOptions {
  abortSignal?: AbortSignal;
}

interface Input {
  Bucket?: string;
  [SIGNAL]?: AbortSignal;
}

/** What reaches the innermost middleware: the command's input, and the request that was made and signed of it. */
interface Args {
  input: Input;
  request: unknown;
}

/** As much of an SDK client as this touches; the SDK's own types differ for each service. */
interface Client {
  config: {
    cacheMiddleware?: boolean;
    signer(scheme: unknown): Promise<unknown>;
    requestHandler: { handle(request: unknown, options: SendOptions): unknown };
  };
  middlewareStack: {
    remove(name: string): boolean;
    add(middleware: () => (args: Args) => unknown, options: object): void;
  };
  send(command: { input: Input }): unknown;
}

const SIGNAL = Symbol('abort signal');

/**
 * Spares a client what the SDK does anew for each request although it is the same every time, some 15 % of the CPU time of a
 * small object (docs/decisions/0020):
 * - The chain of middleware is made once for each kind of command. The SDK offers that as `cacheMiddleware`, but gives it up for
 *   a request that has an abort signal, since that would be part of the chain; and a request that is given up must end
 *   (docs/decisions/0008). So the signal goes along with the input, and the innermost middleware hands it to the socket.
 * - The signer is made once; it still asks for the credentials each time, and so notices new ones.
 * - The SDK's own log goes: for a logger that drops them all, it makes copies of each request and answer.
 *
 * Requests that share a chain share what it finds out about the endpoint, so such a client serves one bucket, and refuses another.
 * @returns the client itself
 */
export function lean<T extends object>(client: T): T {
  const { config, middlewareStack, send } = client as Client;
  const { signer, requestHandler } = config;
  let made: Promise<unknown> | undefined;
  config.signer = (scheme) => (made ??= signer(scheme));
  config.cacheMiddleware = true;
  middlewareStack.remove('loggerMiddleware');
  const handOver = ({ input, request }: Args) =>
    requestHandler.handle(request, input[SIGNAL] ? { abortSignal: input[SIGNAL] } : {});
  middlewareStack.add(() => handOver, { name: 'handOverSignal', step: 'deserialize', priority: 'low' });
  let only: string | undefined;
  const sendWithSignal = (command: { input: Input }, { abortSignal }: SendOptions = {}): unknown => {
    const { Bucket } = command.input;
    only ??= Bucket;
    if (Bucket !== only) throw new Error(`This client serves the bucket "${only}" and no other, not "${Bucket}".`);
    if (abortSignal) command.input[SIGNAL] = abortSignal;
    return send.call(client, command);
  };
  return Object.assign(client, { send: sendWithSignal });
}
