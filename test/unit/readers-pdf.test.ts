import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { pdf } from '../support/pdf.ts';
import { read } from '../support/reading.ts';

describe('pdf', () => {
  it('yields a section a page, numbered from 1', async () => {
    const { sections } = await read(pdf([{ lines: ['First page', 'more'] }, { lines: ['Second page'] }]), 'a.pdf');
    expect(sections.map((section) => [section.locator.page, section.text])).toEqual([
      [1, 'First page\nmore\n'],
      [2, 'Second page\n'],
    ]);
  });

  it('cuts at the headings of the outline', async () => {
    const pages = [{ lines: ['1 Intro', 'hello', '2 Usage', 'run it'] }, { lines: ['still usage'] }];
    const outline: [string, number][] = [
      ['Intro', 0],
      ['Usage', 0],
    ];
    const { sections } = await read(pdf(pages, outline), 'a.pdf');
    expect(sections.map((section) => [section.locator.heading, section.text])).toEqual([
      [['Intro'], '1 Intro\nhello\n'],
      [['Usage'], '2 Usage\nrun it\n'],
      [['Usage'], 'still usage\n'],
    ]);
  });

  it('keeps running heads once, page numbers nowhere, and any other repeated line', async () => {
    const pages = Array.from({ length: 6 }, (_, i) => ({
      lines: [
        i % 2 === 0 ? 'The Manual' : `Chapter 1 ${i + 1}`,
        `body ${i} of text`,
        'always said',
        `only on ${i}`,
        `closing words ${'abcdef'[i]}`,
        `Page ${i + 1}`,
      ],
    }));
    const { text } = await read(pdf(pages), 'a.pdf');
    expect(text.match(/The Manual/g)).toHaveLength(1);
    expect(text.match(/Chapter 1/g)).toHaveLength(1);
    expect(text.match(/Page \d/g)).toBeNull();
    expect(text.match(/always said/g)).toHaveLength(6);
    expect(text.match(/closing words/g)).toHaveLength(6);
  });

  it('keeps lines of a single page in which numbers repeat', async () => {
    const lines = ['0 0 0 0 0', '1 1 1 0 0', 'a', 'b', 'c', '2 0 0 0 0', '0 0 0 0 0'];
    expect((await read(pdf([{ lines }]), 'a.pdf')).text).toBe(`${lines.join('\n')}\n`);
  });

  it('names the pages without text but for those that are blank', async () => {
    const scan = { jpeg: readFileSync('test/fixtures/ocr/scan.jpg'), width: 620, height: 196 };
    const pages = [['a'], [], [], ['b'], [], []].map((lines) => ({ lines }));
    const scanned = pages.map((page, i) => ([1, 2, 4].includes(i) ? { ...page, scan } : page));
    const reading = await read(pdf(scanned), 'a.pdf');
    const reason = 'pages 2-3, 5 have no text layer; text recognition is off; --ocr auto reads it';
    expect(reading.partials).toEqual([{ code: 'no_text', reason }]);
    expect((await read(pdf(pages), 'a.pdf')).partials).toEqual([]);
  });

  it('says why nothing can be read', async () => {
    expect((await read(pdf([{ lines: [] }]), 'a.pdf')).problem?.code).toBe('empty');
    expect((await read(pdf([{ lines: ['x'] }]).slice(0, 60), 'a.pdf')).problem?.code).toBe('corrupt');
    expect((await read('%PDF-1.4\nnonsense', 'a.pdf')).problem?.code).toBe('corrupt');
  });

  it('reads the next file after a damaged one', async () => {
    await read('%PDF-1.7\n1 0 obj <</Type/Catalog>>', 'bad.pdf');
    expect((await read(pdf([{ lines: ['fine'] }]), 'a.pdf')).text).toBe('fine\n');
  });
});
