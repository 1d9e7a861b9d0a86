import { describe, expect, it } from 'vitest';
import { pagesOf } from '../../src/pipeline/pages.ts';
import { tablesOf } from '../../src/pipeline/tables.ts';

describe('tables of a document', () => {
  it('joins the pieces of one table and splits its rows into cells', () => {
    const text = 'Table 2: sizes\n\nname | size\na | 1\nb | 2\nc | 3\n\nafter';
    const sections = [
      { start: 0, locator: { sheet: 'S' } },
      { start: 16, locator: { sheet: 'S', range: 'A1:B2' }, table: 'name | size' },
      { start: 34, locator: { sheet: 'S', range: 'A3:C4' }, table: true as const },
      { start: 47, locator: { sheet: 'S' } },
    ];
    const tables = tablesOf({ type: 'xlsx', sections }, text);
    expect(tables).toEqual([
      {
        locator: { sheet: 'S', range: 'A1:C4', start: 16, end: 47 },
        caption: 'Table 2: sizes',
        header: ['name', 'size'],
        rows: [
          ['a', '1'],
          ['b', '2'],
          ['c', '3'],
        ],
      },
    ]);
  });

  it('reads quoted cells of csv, of several lines too', () => {
    const text = 'id,"say, what"\n1,"two\nlines"\n2,"a ""b"""\n';
    const sections = [{ start: 0, locator: { line: 1 }, table: 'id,"say, what"' }];
    const [table] = tablesOf({ type: 'csv', sections }, text);
    expect(table?.header).toEqual(['id', 'say, what']);
    expect(table?.rows).toEqual([
      ['1', 'two\nlines'],
      ['2', 'a "b"'],
    ]);
  });

  it('reads pipe tables without their rule', () => {
    const text = '| 名称 | 值 |\n|---|:-:|\n| a \\| b | 2 |\n';
    const [table] = tablesOf({ type: 'markdown', sections: [{ start: 0, locator: {}, table: '| 名称 | 值 |' }] }, text);
    expect(table).toMatchObject({ header: ['名称', '值'], rows: [['a | b', '2']] });
  });
});

describe('pages of a document', () => {
  it('gathers the sections of a page, with the lowest confidence', () => {
    const text = 'ab cd ef ';
    const sections = [
      { start: 0, locator: { page: 1, heading: ['A'] } },
      { start: 3, locator: { page: 1, ocr: 0.7 } },
      { start: 6, locator: { page: 3 } },
    ];
    expect(pagesOf({ sections }, text)).toEqual([
      { page: 1, start: 0, end: 6, text: 'ab cd ', ocr: 0.7 },
      { page: 3, start: 6, end: 9, text: 'ef ' },
    ]);
  });
});
