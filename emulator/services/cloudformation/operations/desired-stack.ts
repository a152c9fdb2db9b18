/** What a request wants of a stack: its template with the values of its parameters, checked before anything is made. */
import { arnOf } from '../../../core/partition.ts';
import type { StackInput } from '../../../templates/assembly.ts';
import { DeploymentError } from '../../../templates/errors.ts';
import type { Template } from '../../../templates/intrinsics.ts';
import type { Desired } from '../../../templates/scope.ts';
import type { Stack } from '../../../templates/stack.ts';
import { invalid, s3Reader, type TemplateSource, templateOf } from '../../../templates/template-text.ts';
import { requireCapabilities } from '../capabilities.ts';
import { givenParameters, storedParameters } from '../request-parameters.ts';
import type { ParameterInput } from '../requests.ts';
import type { Call, CloudFormationParts } from './call.ts';

interface StackRequest extends TemplateSource {
  StackName: string;
  UsePreviousTemplate?: boolean | undefined;
  Parameters: readonly ParameterInput[];
  Capabilities: readonly string[];
}

/**
 * @param present the stack, if it is there
 * @throws ApiError `ValidationError` (400), `InsufficientCapabilitiesException` (400), `AccessDenied` (403) for what has to be read
 */
export async function desiredStack(
  parts: CloudFormationParts,
  call: Call,
  request: StackRequest,
  present: Stack | undefined,
): Promise<{ stackInput: StackInput; desired: Desired }> {
  const { account, region } = call;
  const template = await templateIn(parts, call, request, present);
  requireCapabilities(template, request.Capabilities);
  const stackInput = {
    ...(present?.id ?? { name: request.StackName, account, region }),
    template,
    templateUploaded: true,
    assets: new Map<string, string>(),
    parameters: givenParameters(template, request.Parameters, present?.deployed),
    stored: storedParameters(template, request.Parameters, (name) => {
      // Looked up as the caller, who needs the right to it.
      call.authorize('ssm:GetParameters', arnOf('ssm', call, `parameter/${name.replace(/^\//, '')}`));
      return parts.parameters.find(call, name)?.value;
    }),
  };
  return { stackInput, desired: orRefused(() => parts.cloudFormation.desired(stackInput)) };
}

/** @throws ApiError `ValidationError` (400) for what is no template, or none at all */
export function templateIn(
  { s3, endpoint }: CloudFormationParts,
  call: Call,
  request: TemplateSource & Pick<StackRequest, 'UsePreviousTemplate'>,
  present?: Stack,
): Template | Promise<Template> {
  if (request.UsePreviousTemplate) {
    if (request.TemplateBody !== undefined || request.TemplateURL !== undefined) {
      throw invalid('Either Template URL or Template Body or UsePreviousTemplate must be specified.');
    }
    if (present) return present.deployed.template;
    throw invalid('UsePreviousTemplate is refused: there is no previous template');
  }
  const authorize = (action: string, resource: string, owner: string) => call.authorize(action, resource, {}, owner);
  return templateOf(request, s3Reader({ s3, region: call.region, ownHost: new URL(endpoint()).host, authorize }));
}

function orRefused<T>(check: () => T): T {
  try {
    return check();
  } catch (error) {
    throw error instanceof DeploymentError ? invalid(error.words) : error;
  }
}
