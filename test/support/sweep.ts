/**
 * Whether the tests go all the way, as `npm run sweeps` has them: the largest objects, the most of them, each configuration. Otherwise they
 * take a share of that, which is drawn where it can be.
 */
export const IS_SWEEP = process.env['TEST_SWEEP'] === 'full';
