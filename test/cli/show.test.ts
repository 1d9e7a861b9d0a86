import { describe, expect, it } from 'vitest';
import { docx, paragraph, wordTable } from '../support/office.ts';
import { pdf } from '../support/pdf.ts';
import { folder, rag } from '../support/rag.ts';

const wide = Array.from({ length: 200 }, (_, i) => [`item ${i}`, `${i}`, `what the item number ${i} is for`]);

describe('rag show', () => {
  it('gives tables as header and rows, whole ones however they were cut', async () => {
    const cwd = folder({
      'a.docx': Buffer.from(docx(paragraph('Table 1: items') + wordTable([['Name', 'Number', 'Use'], ...wide]))),
      'b.csv': 'id,name\n1,"walrus, old"\n2,seal\n',
      'c.md': '# T\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\ntext\n',
    });
    await rag({ cwd }, 'ingest', '.', '--no-embed');
    const tables = async (name: string) => (await rag({ cwd }, 'show', name, '--tables', '--json')).json.result.tables;
    const [items] = await tables('a.docx');
    expect(items).toMatchObject({ caption: 'Table 1: items', header: ['Name', 'Number', 'Use'], rows: wide });
    expect((await tables('b.csv'))[0]).toMatchObject({
      header: ['id', 'name'],
      rows: [
        ['1', 'walrus, old'],
        ['2', 'seal'],
      ],
    });
    expect((await tables('c.md'))[0]).toMatchObject({
      locator: { heading: ['T'] },
      header: ['a', 'b'],
      rows: [['1', '2']],
    });
    expect((await rag({ cwd }, 'show', 'b.csv', '--tables')).out).toContain('1 | walrus, old');
  });

  it('gives the text page by page', async () => {
    const cwd = folder({
      'a.pdf': Buffer.from(pdf([{ lines: ['first', 'page'] }, { lines: ['second'] }])),
      'b.txt': 'plain',
    });
    await rag({ cwd }, 'ingest', '.', '--no-embed');
    const { result } = (await rag({ cwd }, 'show', 'a.pdf', '--pages', '--json')).json;
    const { text } = (await rag({ cwd }, 'show', 'a.pdf', '--json')).json.result;
    expect(result.source).toBe('a.pdf');
    expect(result.pages.map((page: { page: number }) => page.page)).toEqual([1, 2]);
    for (const page of result.pages) expect(text.slice(page.start, page.end)).toBe(page.text);
    expect((await rag({ cwd }, 'show', 'b.txt', '--pages', '--json')).json.result.pages).toMatchObject([
      { text: 'plain' },
    ]);
    expect((await rag({ cwd }, 'show', 'a.pdf', '--pages')).out).toContain('p. 2\nsecond');
  });
});
