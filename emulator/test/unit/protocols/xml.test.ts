import { XMLParser } from 'fast-xml-parser';
import { expect, test } from 'vitest';
import { xmlDocument } from '../../../protocols/xml.ts';

test('lists repeat their element, and what is undefined is left out', () => {
  const content = {
    Name: 'b',
    Marker: undefined,
    Contents: [
      { Key: 'x', Size: 0 },
      { Key: 'y', Size: 1 },
    ],
    More: false,
  };
  expect(xmlDocument('Result', content, 'urn:x')).toBe(
    '<?xml version="1.0" encoding="UTF-8"?>\n<Result xmlns="urn:x"><Name>b</Name><Contents><Key>x</Key><Size>0</Size></Contents><Contents><Key>y</Key><Size>1</Size></Contents><More>false</More></Result>',
  );
});

test.each(['a&b<c>"d"', 'line\r\nend', 'tab\t', ' spaces ', 'ü😀', '&#xD;', ']]>'])(
  'the key %j comes back unchanged',
  (key) => {
    const parser = new XMLParser({ parseTagValue: false, trimValues: false, htmlEntities: true });
    expect(parser.parse(xmlDocument('Root', { Key: key })).Root.Key).toBe(key);
  },
);

test('control characters are numeric references', () => {
  expect(xmlDocument('Key', 'a\u0001\r')).toContain('<Key>a&#x1;&#xD;</Key>');
});
