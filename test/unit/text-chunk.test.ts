import { describe, expect, it } from 'vitest';
import { type ChunkOptions, chunkSections, type Passage } from '../../src/text/chunk.ts';
import type { Section } from '../../src/types.ts';

// In place of the model's tokenizer: a token for four letters, for two Han characters, for each other sign.
const countTokens = (text: string): number =>
  (text.match(/[A-Za-z]{1,4}|\d|\p{Script=Han}{1,2}|[^\s\p{Script=Han}A-Za-z\d]/gu) ?? []).length;
const limits: ChunkOptions = { maxTokens: 400, countTokens };

async function chunks(sections: Section[], options: Partial<ChunkOptions> = {}): Promise<Passage[]> {
  const found: Passage[] = [];
  for await (const passage of chunkSections(sections, { ...limits, ...options })) found.push(passage);
  return found;
}

/** Small, fast, seeded: a failure can be repeated. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

const ATOMS = [
  'word ',
  'x',
  '。',
  '中文',
  '，',
  '\r\n',
  '\n',
  '\n\n',
  '\t',
  ' ',
  '😀',
  '👩‍👩‍👧',
  'e\u0301',
  '\ud800',
  '| a | b |\n',
  '}\n',
  '12.5',
  'ＡＢ',
  'a'.repeat(700),
  '汉'.repeat(900),
  '    return x;\n',
  '- item\n',
  '\u3000',
];

describe('chunkSections', () => {
  it('partitions any text', async () => {
    for (let seed = 1; seed <= 150; seed++) {
      const next = random(seed);
      const sections: Section[] = Array.from({ length: 1 + Math.floor(next() * 8) }, (_, page) => ({
        locator: next() < 0.5 ? { page: 1 + page } : { heading: [`H${Math.floor(next() * 3)}`], line: 1 },
        text: Array.from({ length: Math.floor(next() * 300) }, () => ATOMS[Math.floor(next() * ATOMS.length)]).join(''),
        kind: (['prose', 'table', 'code'] as const)[Math.floor(next() * 3)]!,
      }));
      const full = sections.map((section) => section.text).join('');
      const passages = await chunks(sections);
      expect(passages.map((passage) => passage.text).join('')).toBe(full);
      let end = 0;
      for (const passage of passages) {
        expect(passage.start).toBe(end);
        expect(passage.text).toBe(full.slice(passage.start, passage.end));
        expect(countTokens(`${passage.context}\n${passage.text}`)).toBeLessThanOrEqual(400);
        expect(full.slice(end - 1, end + 1)).not.toMatch(/^(?:\r\n|[\ud800-\udbff][\udc00-\udfff])$/);
        end = passage.end;
      }
    }
  });

  it('keeps rows, lines of code and sentences whole', async () => {
    const rows = Array.from({ length: 200 }, (_, i) => `${i},name ${i},${i * 7}.5`);
    const table = await chunks([
      {
        locator: { sheet: 'Data' },
        kind: 'table',
        header: 'id,name,price',
        text: `id,name,price\n${rows.join('\n')}\n`,
      },
    ]);
    expect(table.length).toBeGreaterThan(3);
    for (const [i, { text, context }] of table.entries()) {
      expect(text.endsWith('\n')).toBe(true);
      expect(context).toBe(i === 0 ? 'Data' : 'Data\nid,name,price');
    }
    const code = await chunks([
      {
        locator: {},
        kind: 'code',
        text: Array.from({ length: 60 }, (_, i) => `function f${i}(x) {\n  return x + ${i};\n}\n\n`).join(''),
      },
    ]);
    for (const { text } of code) expect(text).toMatch(/^function [\s\S]*\}\n\n$/);
    const chinese = await chunks([
      { locator: {}, text: '这是一个关于数据库备份的句子，它说明了如何恢复。'.repeat(80) },
    ]);
    for (const { text } of chinese) expect(text.endsWith('。')).toBe(true);
    const english = await chunks([
      { locator: {}, text: 'The backup is made at night. It takes an hour (or two)! '.repeat(80) },
    ]);
    for (const { text } of english) expect(text).toMatch(/[.!] $/);
  });

  it('prefers paragraphs and avoids a tiny rest', async () => {
    const paragraph = `${'Some words about the matter at hand. '.repeat(9).trim()}\n\n`;
    const found = await chunks([{ locator: {}, text: paragraph.repeat(5) }]);
    for (const { text } of found) expect(text.endsWith('\n\n')).toBe(true);
    const sizes = found.map(({ text }) => text.length);
    expect(Math.min(...sizes)).toBeGreaterThan(Math.max(...sizes) / 3);
  });

  it('merges small neighbours, but not across pages, slides or sheets', async () => {
    const heading = (path: string[], text: string): Section => ({ locator: { heading: path }, text });
    const small = await chunks([
      heading(['A'], '# A\n'),
      heading(['A', 'B'], '## B\nshort\n'),
      heading(['A', 'C'], '## C\nshort\n'),
    ]);
    expect(small.map(({ text }) => text)).toEqual(['# A\n## B\nshort\n## C\nshort\n']);
    const pages = await chunks([1, 2].map((page) => ({ locator: { page }, text: `page ${page}\n` })));
    expect(pages.map(({ locator }) => locator.page)).toEqual([1, 2]);
    const blank = await chunks([
      { locator: { page: 1 }, text: '\n\n' },
      { locator: { page: 2 }, text: 'text' },
      { locator: { page: 3 }, text: ' \n' },
    ]);
    expect(blank.map(({ text, locator }) => [text, locator.page])).toEqual([['\n\ntext \n', 2]]);
  });

  it('says what a passage stands under, unless the passage says it', async () => {
    const body = 'Sentence about nothing in particular. '.repeat(60);
    const found = await chunks([
      { locator: { heading: ['Guide', 'Setup'], line: 1 }, title: 'Manual', text: `## Setup\n\n${body}` },
    ]);
    expect(found[0]!.context).toBe('Manual › Guide');
    expect(found[1]!.context).toBe('Manual › Guide › Setup');
    const plain = await chunks([{ locator: {}, text: `A study of mice\n\n${body}` }]);
    expect(plain.map(({ context }) => context)).toEqual(['', ...plain.slice(1).map(() => 'A study of mice')]);
  });

  it('advances the line', async () => {
    const text = Array.from({ length: 300 }, (_, i) => `line ${i + 10} of the file\r\n`).join('');
    for (const { text: passage, locator } of await chunks([{ locator: { line: 10 }, text }])) {
      expect(passage.startsWith(`line ${locator.line} `)).toBe(true);
    }
  });

  it('gets through a megabyte without a place to cut', async () => {
    for (const unit of ['x', '汉', '😀', ' ', 'e\u0301', '|']) {
      const text = unit.repeat(Math.ceil(1e6 / unit.length));
      const found = await chunks([{ locator: {}, kind: unit === '|' ? 'table' : 'prose', text }]);
      expect(found.map((passage) => passage.text).join('')).toBe(text);
      expect(Math.max(...found.map((passage) => passage.text.length))).toBeLessThanOrEqual(120_000);
      expect(found.every((passage) => !/^[\udc00-\udfff]/.test(passage.text))).toBe(true);
    }
  });

  it('gives nothing for nothing', async () => {
    expect(await chunks([])).toEqual([]);
    expect(await chunks([{ locator: {}, text: '' }])).toEqual([]);
  });
});
