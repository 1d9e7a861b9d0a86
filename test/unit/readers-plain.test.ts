import { describe, expect, it } from 'vitest';
import { read } from '../support/reading.ts';

describe('text files', () => {
  it.each([
    ['a.txt', 'one\r\ntwo\n\nthree'],
    ['a.md', '---\ntitle: T\n---\n# A\r\ntext\n\n```js\n# not a heading\n```\n| a | b |\n|---|---|\n| 1 | 2 |\n\nend'],
    ['a.csv', 'a,b\n"1\n2",3\n4,5\n'],
    [
      'a.py',
      '# lead\nimport os\n\n\n# about f\n@deco\ndef f():\n    pass\n\nclass A:\n    def m(self):\n        pass\n# tail',
    ],
    ['a.jsonl', '{"a": 1}\n{"a": 2}\n'],
    ['a.yaml', 'a: 1\nb:\n  - 2\n'],
  ])('%s reads back exactly', async (name, text) => {
    const reading = await read(text, name);
    expect(reading.problem).toBeUndefined();
    expect(reading.text).toBe(text);
    for (const section of reading.sections) {
      const before = text.slice(0, text.indexOf(section.text)).split('\n').length;
      expect(section.locator.line).toBeLessThanOrEqual(before);
    }
  });

  it('cuts a large file at line ends into sections of at most 64 KB with their line numbers', async () => {
    const text = Array.from({ length: 30_000 }, (_, i) => `line ${i + 1}`).join('\n');
    const { sections } = await read(text, 'a.log');
    expect(sections.map((section) => section.text).join('')).toBe(text);
    for (const section of sections) {
      expect(section.text.length).toBeLessThanOrEqual(65_536);
      expect(section.text.startsWith(`line ${section.locator.line}\n`)).toBe(true);
    }
  });

  it('keeps a line of half a million characters, in parts', async () => {
    const text = 'a🙂'.repeat(170_000);
    const reading = await read(text, 'a.txt');
    expect(reading.text).toBe(text);
    expect(reading.sections.length).toBeGreaterThan(5);
  });

  it('calls a file of white space empty', async () => {
    expect((await read(' \n\t\n', 'a.txt')).problem?.code).toBe('empty');
  });
});

describe('markdown', () => {
  it.each([
    ['`<scrape_config>`', '<scrape_config>'],
    ['The ``a ` b`` and `__init__` of **bold** and *slanted*', 'The a ` b and __init__ of bold and slanted'],
    ['[`rag ingest`](cli.md#ingest) <a id="x"></a>{#ingest}', 'rag ingest'],
    ['\\<job_name\\> <br/>名称', '<job_name> 名称'],
  ])('calls the heading %s what it shows', async (written, shown) => {
    const { sections } = await read(`## ${written}\n\ntext\n`, 'a.md');
    expect(sections[0]!.locator.heading).toEqual([shown]);
  });

  it('gives heading paths, titles, fences and tables', async () => {
    const text =
      '# Guide\nintro\n\nInstall\n-------\nsteps\n\n### Deep *one*\n```sh\n# comment\n```\n| k | v |\n|---|---|\n| a | 1 |\nafter\n## Other\nx\n';
    const { sections } = await read(text, 'a.md');
    const found = sections.map((section) => [section.locator.heading?.join('/'), section.kind, section.locator.line]);
    expect(found).toEqual([
      ['Guide', undefined, 1],
      ['Guide/Install', undefined, 4],
      ['Guide/Install/Deep one', undefined, 8],
      ['Guide/Install/Deep one', 'code', 9],
      ['Guide/Install/Deep one', 'table', 12],
      ['Guide/Install/Deep one', undefined, 15],
      ['Guide/Other', undefined, 16],
    ]);
    expect(sections[0]!.title).toBe('Guide');
    expect(sections[4]!.header).toBe('| k | v |');
  });
});

describe('delimited', () => {
  it('has the first record as header and never cuts a quoted cell', async () => {
    const cell = `"${'long\n'.repeat(3_000)}"`;
    const text = `id,note\n${Array.from({ length: 12 }, (_, i) => `${i},${cell}\n`).join('')}`;
    const { sections } = await read(text, 'a.csv');
    expect(sections.length).toBeGreaterThan(1);
    for (const section of sections) {
      expect(section).toMatchObject({ kind: 'table', header: 'id,note' });
      expect(section.text.split('"').length % 2).toBe(1);
    }
  });
});

describe('code', () => {
  it('starts a section at each definition, with the comment above it', async () => {
    const text =
      'import x\n\n// Adds.\nexport function add(a, b) {\n  return a + b;\n}\n\nclass Box {\n  open() {\n    return 1;\n  }\n}\n';
    const { sections } = await read(text, 'a.ts');
    expect(sections.map((section) => section.locator.heading?.join('.'))).toEqual([
      undefined,
      'add',
      'Box',
      'Box.open',
    ]);
    expect(sections[1]!.text.startsWith('// Adds.')).toBe(true);
    expect(sections.every((section) => section.kind === 'code')).toBe(true);
  });
});

describe('html', () => {
  it('reads the main content: headings, tables, preformatted text, entities', async () => {
    const page = `<html><head><title>Page &amp; title</title><style>p{}</style></head><body><nav>Menu</nav><h1>Top</h1><p>a&nbsp;b &lt;c&gt;</p>
      <script>evil()</script><h2>Sub</h2><ul><li>one</li><li>two</li></ul><table><tr><th>K</th><th>V</th></tr><tr><td>x</td><td>1</td></tr></table>
      <pre>  keep\n    this</pre><footer>Imprint</footer></body></html>`;
    const { sections, text } = await read(page, 'a.html');
    expect(text).not.toMatch(/Menu|evil|Imprint|p\{\}/);
    expect(sections[0]).toMatchObject({
      title: 'Page & title',
      locator: { heading: ['Top'] },
      text: 'Top\n\na b <c>\n\n',
    });
    expect(sections[1]).toMatchObject({ locator: { heading: ['Top', 'Sub'] }, text: 'Sub\n\n- one\n\n- two\n\n' });
    expect(sections[2]).toMatchObject({ kind: 'table', header: 'K | V', text: 'K | V\nx | 1\n\n' });
    expect(sections[3]).toMatchObject({ kind: 'code', text: '  keep\n    this\n\n' });
  });

  it('reads a page that is nothing but navigation', async () => {
    expect((await read('<html><body><nav>Only this</nav></body></html>', 'a.html')).text).toContain('Only this');
  });
});
