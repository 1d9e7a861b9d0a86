import { describe, expect, it } from 'vitest';
import { type Placed, placedPdf } from '../support/pdf.ts';
import { read } from '../support/reading.ts';

const left = [
  'The first column begins with a',
  'sentence about the index and it',
  'goes on over several lines until',
  'the column ends at the bottom of',
  'this page and the text continues',
];
const right = [
  'at the top of the second column',
  'where the reader finds the rest',
  'of the sentence, and then learns',
  'about the restore of backups on',
  'a server that has no network now',
];
const columns = (order: 'rows' | 'right first'): Placed[] => {
  const at = (lines: string[], x: number) => lines.map((text, i) => ({ text, x, y: 700 - i * 14 }));
  const [a, b] = [at(left, 60), at(right, 320)];
  return order === 'rows' ? a.flatMap((line, i) => [line, b[i]!]) : [...b, ...a];
};
const both = [...left, ...right].join('\n');

describe('pdf reading order', () => {
  it('reads columns one after the other, however they were drawn', async () => {
    for (const order of ['rows', 'right first'] as const)
      expect((await read(placedPdf(columns(order)), 'a.pdf')).text.trim(), order).toBe(both);
  });

  it('keeps a title above and a line below the columns where they are', async () => {
    const around = [
      { text: 'A line below the two columns that runs across the whole page as one', x: 60, y: 600 },
      ...columns('rows'),
      { text: 'A title above the two columns that runs across the whole page, too', x: 60, y: 730 },
    ];
    expect((await read(placedPdf(around), 'a.pdf')).text.trim()).toBe(
      `${around.at(-1)!.text}\n${both}\n${around[0]!.text}`,
    );
  });

  it('reads tables row by row', async () => {
    const rows = [
      ['Name', 'Size', 'Price'],
      ['disk', '20 GB', '12.00'],
      ['tape', '90 GB', '31.50'],
      ['card', '4 GB', '5.10'],
      ['film', '1 GB', '0.80'],
      ['chip', '2 GB', '7.70'],
    ];
    const cells = rows.flatMap((row, i) => row.map((text, j) => ({ text, x: 60 + j * 150, y: 700 - i * 14 })));
    expect((await read(placedPdf(cells), 'a.pdf')).text.trim()).toBe(rows.map((row) => row.join(' ')).join('\n'));
  });

  it('reads a table of sentences cell by cell as it was drawn', async () => {
    const cell = (name: string) => [`What the ${name} does for the people`, `and why the ${name} is needed there`];
    const names = ['index', 'cache', 'queue', 'store', 'proxy', 'agent'];
    const drawn = names.flatMap((name, i) =>
      cell(name).map((text, line) => ({ text, x: i % 2 === 0 ? 60 : 320, y: 700 - (i >> 1) * 40 - line * 14 })),
    );
    const footer = { text: 'a footer that was drawn first', x: 60, y: 40 };
    const { text } = await read(placedPdf([footer, ...drawn]), 'a.pdf');
    expect(text.replace(/\n/g, ' ')).toContain(names.flatMap(cell).join(' '));
  });

  it('reads pages that are turned, by their own rotation or by their text', async () => {
    for (const rotate of [90, 180, 270])
      expect((await read(placedPdf(columns('rows'), { rotate }), 'a.pdf')).text.trim(), `${rotate}`).toBe(both);
    for (const turn of [90, 180, 270])
      expect((await read(placedPdf(columns('rows'), { turn }), 'a.pdf')).text.trim(), `${turn}`).toBe(both);
  });

  it('keeps exponents and marks of footnotes in their line', async () => {
    const marks = [
      { text: 'The area is 5 km', x: 60, y: 700 },
      { text: '2', x: 141, y: 704, size: 6 },
      { text: ' in all', x: 145, y: 700 },
      { text: '1', x: 60, y: 606, size: 6 },
      { text: 'A footnote', x: 64, y: 600 },
    ];
    expect((await read(placedPdf(marks), 'a.pdf')).text.trim()).toBe('The area is 5 km2 in all\n1 A footnote');
  });

  it('joins words that are hyphenated at a line end', async () => {
    const lines = ['This is a hyphen-', 'ated word, and a well-', 'known one'].map((text, i) => ({
      text,
      x: 60,
      y: 700 - i * 14,
    }));
    expect((await read(placedPdf(lines), 'a.pdf')).text.trim()).toBe('This is a hyphenated word, and a wellknown one');
  });
});
