/** A text field of the schema with a rule of ours. */
import * as z from 'zod';

/**
 * A text with one rule.
 * @param why what is wrong with it, or undefined
 */
export function textWith(why: (text: string) => string | undefined): z.ZodType<string, string> {
  return z.string().superRefine((text, context) => {
    const message = why(text);
    if (message !== undefined) context.addIssue({ code: 'custom', message });
  });
}
