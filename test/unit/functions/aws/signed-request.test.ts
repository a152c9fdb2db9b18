import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import {
  type ServiceError,
  type ServiceRequest,
  type Signer,
  sendSigned,
} from '../../../../functions/aws/signed-request.ts';

const credentials = async () => ({
  accessKeyId: 'AKIDEXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
});

describe('an answer', () => {
  let close: () => void;

  afterEach(() => close());

  /** A service that gives these answers, one after the other. */
  async function signerTo(
    ...answers: ((response: ServerResponse) => void)[]
  ): Promise<Signer & { asked: string[]; times: number[] }> {
    const asked: string[] = [];
    const times: number[] = [];
    const server = createServer((request: IncomingMessage, response) => {
      asked.push(request.url!);
      const time = String(request.headers['x-amz-date']);
      times.push(Date.parse(time.replace(/(....)(..)(..T..)(..)(..Z)/, '$1-$2-$3:$4:$5')));
      answers.shift()!(response);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    close = () => server.close();
    const { port } = server.address() as AddressInfo;
    return { asked, times, region: 'us-east-1', credentials, endpoint: () => `http://127.0.0.1:${port}` };
  }

  const request: ServiceRequest = { service: 'lambda', method: 'GET', path: '/2016-08-19/account-settings' };
  const failing =
    (status: number, body: object, headers = {}) =>
    (response: ServerResponse) =>
      void response.writeHead(status, headers).end(JSON.stringify(body));
  const fine = (response: ServerResponse) => void response.end('{"AccountLimit":{}}');
  const errorOf = (signer: Signer) => sendSigned(signer, request).catch((error: unknown) => error as ServiceError);

  test('is what the service says', async () => {
    expect(await sendSigned(await signerTo(fine), request)).toEqual({ AccountLimit: {} });
  });

  test('may be empty', async () => {
    expect(await sendSigned(await signerTo((response) => void response.end()), request)).toEqual({});
  });

  test('that throttles, or an error of the service, is asked for again', async () => {
    const signer = await signerTo(
      failing(429, {}),
      failing(400, { __type: 'ThrottlingException' }),
      failing(503, {}),
      fine,
    );
    expect(await sendSigned(signer, request)).toEqual({ AccountLimit: {} });
    expect(signer.asked).toHaveLength(4);
  });

  test('that refuses the time is followed by a request with the service’s own', async () => {
    const date = new Date(Date.now() + 20 * 60_000);
    const signer = await signerTo(
      failing(403, { __type: 'InvalidSignatureException' }, { date: date.toUTCString() }),
      fine,
    );
    expect(await sendSigned(signer, request)).toEqual({ AccountLimit: {} });
    const [first, second] = signer.times;
    expect(Math.round((second! - first!) / 60_000)).toBe(20);
  });

  test('that refuses for another reason is final, whatever the clock', async () => {
    const date = { date: new Date(Date.now() - 20 * 60_000).toUTCString() };
    const signer = await signerTo(
      failing(403, { __type: 'AccessDeniedException' }, date),
      failing(403, {}, date),
      fine,
    );
    expect(await errorOf(signer)).toMatchObject({ $metadata: { httpStatusCode: 403 } });
    expect(signer.asked).toHaveLength(2);
  });

  test.each([
    ['by __type', { __type: 'com.amazonaws.sqs#QueueDoesNotExist', message: 'gone' }, {}, 'QueueDoesNotExist'],
    [
      'by a header',
      { Message: 'gone' },
      { 'x-amzn-errortype': 'ResourceNotFoundException:http://internal' },
      'ResourceNotFoundException',
    ],
  ])('that refuses is an error as the SDK has it, %s', async (_, body, headers, name) => {
    const error = await errorOf(await signerTo(failing(400, body, headers)));
    expect(error).toMatchObject({ name, message: 'gone', $metadata: { httpStatusCode: 400 } });
  });

  test('of a function that failed is an error', async () => {
    const body = { errorType: 'Error', errorMessage: 'no such table' };
    const error = await errorOf(await signerTo(failing(200, body, { 'x-amz-function-error': 'Unhandled' })));
    expect(error).toMatchObject({ name: 'Unhandled', message: 'no such table' });
  });
});
