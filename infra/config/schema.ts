/** The one schema of the context `relay` of cdk.json. Other files of config/ check that the fields fit together. */
import * as z from 'zod';
import { relaySchema } from './relay-schema.ts';
import { routeSchema } from './route-schema.ts';
import { sourceSchema } from './source-schema.ts';

/** More than the policies of the relay's role could ever name, and still judged within seconds. */
const MOST_ROUTES = 2000;

export const contextSchema = z
  .strictObject({
    source: sourceSchema,
    routes: z
      .array(routeSchema)
      .min(1, 'must have at least one route')
      .max(MOST_ROUTES)
      .describe('an object takes every route whose filter it passes'),
    relay: relaySchema,
  })
  .describe('an upload relay');
