import { utils, write } from '@e965/xlsx';
import { describe, expect, it } from 'vitest';
import { doc, ppt } from '../support/legacy.ts';
import { read } from '../support/reading.ts';

describe('doc', () => {
  it('joins the pieces, reads fields as their results', async () => {
    const reading = await read(doc('Caf\xe9 \x13 HYPERLINK "x" \x14here\x15\rnext\r', '中文段落\r'), 'a.doc');
    expect(reading).toMatchObject({ type: 'doc', text: 'Café here\n\nnext\n\n中文段落\n\n' });
  });
  it('says that it is encrypted or cut off', async () => {
    expect((await read(doc('a\r', 'b\r', 0x100), 'a.doc')).problem?.code).toBe('encrypted');
    expect((await read(doc('a\r', 'b\r').slice(0, 1500), 'a.doc')).problem?.code).toBe('corrupt');
  });
});

describe('ppt', () => {
  it('reads slides in order, title as heading, hidden marked', async () => {
    const { type, sections } = await read(
      ppt([
        { title: '标题', box: 'one\rtwo' },
        { title: 'Second', box: 'x', hidden: true },
      ]),
      'a.ppt',
    );
    expect(type).toBe('ppt');
    expect(sections).toEqual([
      { locator: { slide: 1, heading: ['标题'] }, text: '标题\n\none\ntwo\n\n', title: '标题' },
      { locator: { slide: 2, heading: ['Second'] }, text: 'Second\n\n[hidden slide]\n\nx\n\n' },
    ]);
  });
});

describe('xls', () => {
  it.each(['biff8', 'xlsb'] as const)('reads %s as shown', async (bookType) => {
    const sheet = utils.aoa_to_sheet([['名称', 'Share'], ['x', { t: 'n', v: 0.25, z: '0%' }], [], ['gap', true]]);
    const book = utils.book_new();
    utils.book_append_sheet(book, sheet, '数据');
    const bytes = new Uint8Array(write(book, { bookType, type: 'buffer' }));
    const { sections } = await read(bytes, 'a.bin');
    expect(sections[0]).toEqual({
      locator: { sheet: '数据', range: 'A1:B2' },
      text: '名称 | Share\nx | 25%\n\n',
      kind: 'table',
      header: '名称 | Share',
    });
    expect(sections[1]).toMatchObject({ locator: { range: 'A4:B4' }, text: 'gap | TRUE\n\n' });
  });
});
