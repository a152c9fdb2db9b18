/** How long a message may be under way from the queue to an invocation that begins; the queue hides it for so much longer than an invocation takes. */
export const BEGIN_SECONDS = 60;
