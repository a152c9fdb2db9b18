/** SSM over HTTP, as far as GetParameter goes: the CDK asks for the version of its bootstrap stack. */
import { text } from 'node:stream/consumers';
import { z } from 'zod';
import { ApiError, type ApiRequest, type ApiResponse, type Authorizer, type Service } from '../../core/api.ts';
import { type ParameterStore, parameterArn } from './store.ts';

const GET_PARAMETER = 'AmazonSSM.GetParameter';
const Input = z.strictObject({ Name: z.string().min(1), WithDecryption: z.boolean().optional() });

export class SsmService implements Service {
  readonly #store: ParameterStore;
  readonly #authorizer: Authorizer;

  constructor({ store, authorizer }: { store: ParameterStore; authorizer: Authorizer }) {
    this.#store = store;
    this.#authorizer = authorizer;
  }

  async handle({ caller, region, headers, body }: ApiRequest): Promise<ApiResponse> {
    const target = headers['x-amz-target'];
    if (target !== GET_PARAMETER) {
      const problem = `The operation ${String(target)} is not supported here, only ${GET_PARAMETER}.`;
      throw new ApiError('UnknownOperationException', 400, problem);
    }
    const { principal } = caller;
    if (!('account' in principal)) {
      throw new ApiError('MissingAuthenticationTokenException', 400, 'Request is missing Authentication Token');
    }
    const parsed = Input.safeParse(JSON.parse(await text(body)));
    if (!parsed.success) throw new ApiError('ValidationException', 400, z.prettifyError(parsed.error));
    const { Name } = parsed.data;
    const place = { account: principal.account, region };
    const resource = parameterArn(place, Name);
    this.#authorizer.authorize({ caller, action: 'ssm:GetParameter', resource, resourceAccount: principal.account });
    const found = this.#store.find(place, Name);
    if (!found) throw new ApiError('ParameterNotFound', 400, `Parameter ${Name} not found.`);
    const { name, value, arn, modified } = found;
    return json(200, {
      Parameter: {
        Name: name,
        Type: 'String',
        Value: value,
        Version: 1,
        ARN: arn,
        DataType: 'text',
        LastModifiedDate: modified.getTime() / 1000,
      },
    });
  }

  renderError({ code, status, message }: ApiError): ApiResponse {
    const type = code === 'AccessDenied' ? 'AccessDeniedException' : code;
    return json(status === 403 ? 400 : status, { __type: type, message });
  }
}

function json(status: number, content: object): ApiResponse {
  return { status, headers: { 'content-type': 'application/x-amz-json-1.1' }, body: JSON.stringify(content) };
}
