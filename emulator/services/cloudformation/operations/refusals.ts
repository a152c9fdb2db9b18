/** What CloudFormation answers when a stack's status doesn't let it. */
import type { ApiError } from '../../../core/api.ts';
import type { Stack } from '../../../templates/stack.ts';
import { invalid } from '../../../templates/template-text.ts';

export function notUpdatable({ arn, status }: Stack): ApiError {
  return invalid(`Stack:${arn} is in ${status} state and can not be updated.`);
}
