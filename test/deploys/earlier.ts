/** The templates that an earlier version wrote for the committed cdk.json, kept as they were. */
import { readFileSync } from 'node:fs';
import { LocalCloud, type StackInput, templateStack } from '../../emulator/index.ts';

const FOLDER = new URL('../templates/fixtures/d5b8bd8/', import.meta.url);
/** Of orders, before the templates are given up. */
const MOST_TRIES = 200;

export interface EarlierStack {
  stack: StackInput;
  /** One in which it can be deployed: by good luck only, since these templates don't say all that they depend on. */
  order: number;
}

/** None but for the default configuration. The code they name is that of the present stacks: templates are what is tried. */
export async function earlierStacks(example: string, present: readonly StackInput[]): Promise<EarlierStack[]> {
  if (example !== 'default') return [];
  const [anyCode] = present.flatMap(({ assets }) => [...assets.values()]);
  const found: EarlierStack[] = [];
  for (const { name, account, region } of present) {
    const file = name.endsWith('-source') ? 'Source' : 'Destination';
    const text = readFileSync(new URL(`${file}.template.json`, FOLDER), 'utf8');
    const assets = new Map([...text.matchAll(/"([0-9a-f]{64})\.zip"/g)].map(([, hash]) => [hash!, anyCode!]));
    const stack = templateStack({ name, account, region, template: JSON.parse(text), assets });
    found.push({ stack, order: await luckyOrder(stack) });
  }
  return found;
}

async function luckyOrder(stack: StackInput): Promise<number> {
  for (let order = 0; order < MOST_TRIES; order++) {
    const cloud = await LocalCloud.start({ stacks: [] });
    const isLucky = await cloud.deploy(stack, { order }).then(
      () => true,
      () => false,
    );
    await cloud.close();
    if (isLucky) return order;
  }
  throw new Error(`${stack.name} was deployed in none of ${MOST_TRIES} orders`);
}
