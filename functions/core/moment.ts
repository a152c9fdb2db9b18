/** Reads times as people write them. Pure. */

/** A day, or a time with its zone: a time without one means different moments in different places. */
const ISO_8601 = /^(\d{4}-\d\d-\d\d)(T\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d))?$/;

/** Whether a text is a day or a time of ISO 8601. JavaScript alone would take the 30th of February for the 2nd of March. */
export function isMoment(text: string): boolean {
  const [, day = ''] = ISO_8601.exec(text) ?? [];
  const isDay = !Number.isNaN(Date.parse(day)) && new Date(day).toISOString().startsWith(day);
  return isDay && !Number.isNaN(Date.parse(text));
}
