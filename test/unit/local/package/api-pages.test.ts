import { expect, test } from 'vitest';
import { gathered } from '../../../../local/package/api-pages.ts';

const page = (way: string, text: string) => `<!-- Generated. -->\n\n[Home](./index.md) &gt; ${way}\n\n${text}\n`;
const PAGES = new Map([
  ['index.md', page('', '## API Reference')],
  [
    'upload-relay.md',
    page('[upload-relay](./upload-relay.md)', '## upload-relay package\n\n[Relay](./upload-relay.relay.md)'),
  ],
  [
    'upload-relay.relay.md',
    page('[Relay](./upload-relay.relay.md)', '## Relay class\n\n[run](./upload-relay.relay.run.md)'),
  ],
  [
    'upload-relay.relay.run.md',
    page('[Relay](./upload-relay.relay.md)', '## Relay.run() method\n\n[Relay](./upload-relay.relay.md)'),
  ],
]);

test('members stand in the page of their class, and links lead there', () => {
  const pages = gathered(PAGES);
  expect([...pages.keys()]).toEqual(['README.md', 'relay.md']);
  expect(pages.get('README.md')).toContain('[Relay](./relay.md)');
  expect(pages.get('relay.md')).toContain(
    '## Relay class\n\n[run](./relay.md#relayrun-method)\n\n### Relay.run() method\n\n[Relay](./relay.md)\n',
  );
});

test('nothing leads to a page that is gone', () => {
  expect([...gathered(PAGES).values()].join()).not.toMatch(/index\.md|upload-relay\.\w+\.md/);
});
