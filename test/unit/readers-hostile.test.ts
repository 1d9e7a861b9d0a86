import { describe, expect, it } from 'vitest';
import { doc } from '../support/legacy.ts';
import { container, docx, paragraph, xlsx } from '../support/office.ts';
import { assemble, pdf } from '../support/pdf.ts';
import { read } from '../support/reading.ts';

const page = '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] >>';
const latin1 = (text: string) => new Uint8Array(Buffer.from(text, 'latin1'));

describe('hostile files end in a code, in time', () => {
  it('PDF: a page tree that is its own child', async () => {
    const loop = '<< /Type /Pages /Count 3 /Kids [2 0 R 3 0 R 2 0 R] >>';
    const { problem, text } = await read(assemble(['<< /Type /Catalog /Pages 2 0 R >>', loop, page]), 'a.pdf');
    expect(text).toBe('');
    expect(problem?.code).toMatch(/^(empty|corrupt|no_text)$/);
  });

  it('PDF: cross-reference tables that refer to each other, a length that lies, an object that is itself', async () => {
    const body =
      '%PDF-1.4\n1 0 obj\n1 0 R\nendobj\nxref\n0 1\n0000000000 65535 f \ntrailer\n<< /Size 2 /Root 1 0 R /Prev 36 >>\nstartxref\n36\n%%EOF\n';
    expect((await read(latin1(body), 'a.pdf')).problem?.code).toBe('corrupt');
    const lying = Buffer.from(
      assemble([
        '<< /Type /Catalog /Pages 2 0 R >>',
        `<< /Type /Pages /Count 1 /Kids [3 0 R] >>`,
        page.replace('>>', '/Contents 4 0 R >>'),
        '<< /Length 4000000000 >>\nstream\nBT ET\nendstream',
      ]),
    );
    expect((await read(new Uint8Array(lying), 'a.pdf')).problem?.code).toMatch(/^(empty|corrupt|no_text)$/);
  });

  it('PDF: a tree that claims 100,000 pages and has one', async () => {
    const objects = ['<< /Type /Catalog /Pages 2 0 R >>', '<< /Type /Pages /Count 100000 /Kids [3 0 R] >>', page];
    const { problem, partials } = await read(assemble(objects), 'a.pdf');
    expect(problem?.code ?? partials[0]?.code).toMatch(/^(empty|corrupt|no_text)$/);
  });

  it('XML: entities are not expanded, external ones not fetched', async () => {
    const bomb = `<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY x SYSTEM "file:///etc/passwd">]><a>word &b; &x;</a>`;
    const { text } = await read(bomb, 'a.xml');
    expect(text).not.toMatch(/aaaaaaaaaaaaaaaaaaaa.*aaaaaaaaaaaaaaaaaaaa|root:/);
    const body = await read(docx(`<w:p><w:r><w:t>${'&b;'.repeat(9)}</w:t></w:r></w:p>`), 'a.docx');
    expect(body.text.length).toBeLessThan(100);
  });

  it('nesting a hundred thousand deep in JSON, HTML, XML, RTF and a document', async () => {
    const n = 100_000;
    for (const [name, content] of [
      ['a.json', `${'['.repeat(n)}"x"${']'.repeat(n)}`],
      ['a.html', `<html><body>before${'<div>'.repeat(n)}x${'</div>'.repeat(n)}`],
      ['a.html', `<html><body>${'<table><tr><td>'.repeat(3000)}x`],
      ['a.xml', `<?xml version="1.0"?>${'<a>'.repeat(n)}x${'</a>'.repeat(n)}`],
      ['a.rtf', `{\\rtf1 ${'{\\b '.repeat(n)}x${'}'.repeat(n)}}`],
      ['a.yaml', `a: ${'['.repeat(20_000)}x`],
      ['a.md', `${'> '.repeat(n)}x`],
    ] as const) {
      const { text, problem } = await read(content, name);
      expect(text !== '' || problem !== undefined, name).toBe(true);
    }
    const nested = await read(docx('<w:tbl><w:tr><w:tc>'.repeat(20_000) + paragraph('x')), 'a.docx');
    expect(nested.text !== '' || nested.problem !== undefined).toBe(true);
  });

  it('an HTML file that is cut off is partial, one that leaves end tags out is not', async () => {
    const start = '<html><body><p>The text.</p>';
    for (const rest of ['<p>and mo', '<a href="htt', '<script>let a', '<!-- no', '<style>p {'])
      expect((await read(start + rest, 'a.html')).partials[0]?.code, rest).toBe('corrupt');
    for (const whole of [`${start}</body></html>`, '<p>Some text, if a < b', '<html><p>No body tag.'])
      expect((await read(whole, 'a.html')).partials, whole).toEqual([]);
  });

  it('a container that unpacks to a thousand times its size', async () => {
    const { problem } = await read(docx(paragraph(' '.repeat(60_000_000))), 'a.docx');
    expect(problem?.code).toBe('too_large');
  });

  it('a cell of megabytes, a row number past the end, a column past the last', async () => {
    const rows = `<row r="1"><c r="A1" t="inlineStr"><is><t>${'ab '.repeat(700_000)}</t></is></c></row><row r="999999999"><c r="ZZZZZZZ999999999"><v>1</v></c></row>`;
    const { text, problem } = await read(xlsx([{ name: 'S', rows }]), 'a.xlsx');
    expect(problem).toBeUndefined();
    expect(text.length).toBeLessThan(3_000_000);
  });

  it('an OLE chain that runs in a circle', async () => {
    const bytes = doc('a'.repeat(3000), 'b'.repeat(3000)).slice();
    const view = new DataView(bytes.buffer);
    const table = (view.getInt32(76, true) + 1) * 512;
    for (let i = 0; i < 40; i++)
      if (view.getInt32(table + i * 4, true) >= 0) view.setInt32(table + i * 4, i === 0 ? 1 : i - 1, true);
    const { text, problem } = await read(bytes, 'a.doc');
    expect(problem !== undefined || text.length > 0).toBe(true);
  });

  it('relations that lead out of the container or back to themselves', async () => {
    const parts = {
      'word/document.xml': '<w:document><w:body><w:p><w:r><w:t>in</w:t></w:r></w:p></w:body></w:document>',
    };
    const links = {
      '': { r1: 'officeDocument word/document.xml' },
      'word/document.xml': {
        h: 'header ../../../../etc/passwd',
        f: 'footnotes document.xml',
        s: 'styles document.xml',
      },
    };
    expect((await read(container(parts, links), 'a.docx')).text.trim()).toBe('in');
  });
});

describe('files that are cut off are not done', () => {
  const cut = (bytes: Uint8Array, share: number) => bytes.slice(0, Math.floor(bytes.length * share));
  const enc = (text: string) => new TextEncoder().encode(text);
  const items = Array.from({ length: 200 }, (_, i) => `<item n="${i}">text ${i}</item>`).join('\n');
  const files: [string, Uint8Array][] = [
    ['a.pdf', pdf([{ lines: ['text on a page'] }])],
    ['a.docx', docx(paragraph('x'.repeat(3000)))],
    ['a.doc', doc('a'.repeat(3000), 'b'.repeat(3000))],
    ['a.xml', enc(`<?xml version="1.0"?>\n<list>\n${items}\n</list>\n`)],
    [
      'a.json',
      enc(JSON.stringify({ list: Array.from({ length: 300 }, (_, i) => ({ id: i, text: `t ${i}` })) }, null, 1)),
    ],
    ['a.rtf', enc(`{\\rtf1\\ansi ${'some text \\par '.repeat(300)}}`)],
  ];
  for (const [name, bytes] of files)
    it(name, async () => {
      // The end of a compound file may be padding.
      for (const share of name === 'a.doc' ? [0.5, 0.9] : [0.5, 0.9, 0.98]) {
        const { problem, partials } = await read(cut(bytes, share), name);
        expect(problem?.code ?? partials[0]?.code, `${share}`).toBe('corrupt');
      }
    });

  it('and whole ones are', async () => {
    for (const [name, bytes] of files.slice(1)) expect((await read(bytes, name)).partials, name).toEqual([]);
  });
});
