import { describe, expect, test } from 'vitest';
import { copiedHeaders } from '../../../../functions/transfer/object-headers.ts';

describe('a header arrives as it is, or is left out and named', () => {
  test.each([
    ['Expires that is a date', { ExpiresString: 'Tue, 01 Jan 2030 00:00:00 GMT' }, []],
    ['Expires that is none', { ExpiresString: '3600' }, []],
    ['what Latin-1 has', { ContentLanguage: 'français' }, ['content-language']],
    ['UTF-8 as Node hands it over', { ContentDisposition: 'f="Ã§.csv"' }, ['content-disposition']],
    ['beyond Latin-1', { CacheControl: '日本' }, ['cache-control']],
    ['a tab', { ContentType: 'text/csv;\tcharset=utf-8' }, ['content-type']],
    ['a control character', { ContentEncoding: 'gzip\u0001' }, ['content-encoding']],
    ['DEL', { WebsiteRedirectLocation: '/\u007f' }, ['x-amz-website-redirect-location']],
    ['Expires in Latin-1', { ExpiresString: 'demnächst' }, ['expires']],
    ['encoded words', { ContentDisposition: '=?UTF-8?Q?=C3=A7?=' }, []],
    ['an empty value', { ContentLanguage: '' }, []],
  ])('%s', (_, head, altered) => {
    expect(copiedHeaders(head)).toEqual({ headers: altered.length > 0 ? {} : head, altered });
  });

  test('user metadata, entry by entry', () => {
    const Metadata = { plain: 'text', french: 'français', 'words.enc': '=?UTF-8?Q?=C3=A7?=' };
    expect(copiedHeaders({ Metadata, MissingMeta: 2 })).toEqual({
      headers: { Metadata: { plain: 'text', 'words.enc': '=?UTF-8?Q?=C3=A7?=' } },
      altered: ['x-amz-meta-french', 'x-amz-missing-meta'],
    });
  });

  test('nothing else of an answer is copied', () => {
    expect(copiedHeaders({ ETag: '"e"', Expires: new Date(0), ContentLength: 1 })).toEqual({
      headers: {},
      altered: [],
    });
  });
});
