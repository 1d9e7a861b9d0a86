import { strToU8, zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { readEml } from '../../src/readers/mail.ts';
import type { Problem } from '../../src/types.ts';
import { read } from '../support/reading.ts';

describe('rtf', () => {
  it('reads headings, tables, notes, unicode and code pages', async () => {
    const source = String.raw`{\rtf1\ansi\ansicpg1252{\fonttbl{\f0\fcharset0 Arial;}{\f1\fcharset134 SimSun;}}{\stylesheet{\s1\outlinelevel0 heading 1;}}{\info{\title My \'e9tude}}
{\header Acme}\pard\s1 Top\par\pard caf\'e9 \u8364?{\f1\'c4\'e3\'ba\'c3}{\footnote proof}\par
\trowd\pard\intbl K\cell V\cell\row\trowd\pard\intbl x\cell 1\cell\row\pard{\*\unknown gone}{\pict 89504e47}end\par}`;
    const { sections } = await read(source, 'a.rtf');
    expect(sections).toEqual([
      { locator: {}, text: 'Acme\n\n', title: 'My étude' },
      { locator: { heading: ['Top'] }, text: 'Top\n\ncafé €你好 [proof]\n\n' },
      { locator: { heading: ['Top'] }, text: 'K | V\nx | 1\n\n', kind: 'table', header: 'K | V' },
      { locator: { heading: ['Top'] }, text: 'end\n\n' },
    ]);
  });
  it('is partial if cut off', async () => {
    expect((await read('{\\rtf1 {some text', 'a.rtf')).partials[0]?.code).toBe('corrupt');
  });
});

describe('opendocument', () => {
  const open = (kind: string, content: string, extra: Record<string, string> = {}) =>
    zipSync({
      mimetype: [strToU8(`application/vnd.oasis.opendocument.${kind}`), { level: 0 }],
      'content.xml': strToU8(`<office:document-content>${content}</office:document-content>`),
      ...Object.fromEntries(Object.entries(extra).map(([name, body]) => [name, strToU8(body)])),
    });
  it('odt: headings, lists, tables, notes; deleted text left out', async () => {
    const body = `<office:body><office:text><text:tracked-changes><text:p>old</text:p></text:tracked-changes><text:h text:outline-level="1">Top</text:h>
      <text:p>a<text:s text:c="2"/>b<text:note><text:note-citation>1</text:note-citation><text:note-body><text:p>proof</text:p></text:note-body></text:note></text:p>
      <text:list><text:list-item><text:p>item</text:p></text:list-item></text:list>
      <table:table><table:table-row><table:table-cell><text:p>K</text:p></table:table-cell><table:table-cell><text:p>V</text:p></table:table-cell></table:table-row></table:table>
      </office:text></office:body>`;
    const { type, sections } = await read(open('text', body), 'x');
    expect(type).toBe('odt');
    expect(sections).toEqual([
      { locator: { heading: ['Top'] }, text: 'Top\n\na  b [proof]\n\n- item\n\n' },
      { locator: { heading: ['Top'] }, text: 'K | V\n\n', kind: 'table', header: 'K | V' },
    ]);
  });
  it('ods: ranges, repeated cells, hidden sheets', async () => {
    const cell = (text: string, more = '') =>
      `<table:table-cell office:value-type="string" ${more}><text:p>${text}</text:p></table:table-cell>`;
    const content = `<office:automatic-styles><style:style style:name="ta2"><style:table-properties table:display="false"/></style:style></office:automatic-styles>
      <office:body><table:table table:name="S" table:style-name="ta2"><table:table-row table:number-rows-repeated="4"><table:table-cell table:number-columns-repeated="1024"/></table:table-row>
      <table:table-row><table:table-cell/>${cell('a', 'table:number-columns-repeated="2"')}${cell('b')}</table:table-row></table:table></office:body>`;
    const { sections } = await read(open('spreadsheet', content), 'x');
    expect(sections[0]!.text).toBe('[hidden sheet]\n');
    expect(sections[1]).toEqual({
      locator: { sheet: 'S', range: 'B5:D5' },
      text: 'a | a | b\n\n',
      kind: 'table',
      header: 'a | a | b',
    });
  });
  it('is encrypted if the manifest says so', async () => {
    const manifest = { 'META-INF/manifest.xml': '<manifest><file-entry><encryption-data/></file-entry></manifest>' };
    expect((await read(open('text', '', manifest), 'x')).problem?.code).toBe('encrypted');
  });
});

describe('epub', () => {
  it('reads the spine in order', async () => {
    const files = {
      mimetype: 'application/epub+zip',
      'META-INF/container.xml': '<container><rootfile full-path="OPS/p.opf"/></container>',
      'OPS/p.opf':
        '<package><metadata><dc:title>The Book</dc:title></metadata><manifest><item id="b" href="two%20.xhtml"/><item id="a" href="one.xhtml"/></manifest><spine><itemref idref="a"/><itemref idref="b"/></spine></package>',
      'OPS/one.xhtml': '<html><head><title/></head><body><h1>One</h1><p>first</p></body></html>',
      'OPS/two .xhtml': '<html><body><h1>Two</h1><p>second</p></body></html>',
    };
    const bytes = zipSync(
      Object.fromEntries(Object.entries(files).map(([name, body]) => [name, [strToU8(body), { level: 0 }]])),
    );
    const { type, sections } = await read(bytes, 'x.zip');
    expect(type).toBe('epub');
    expect(sections.map((section) => [section.locator.heading, section.text, section.title])).toEqual([
      [['One'], 'One\n\nfirst\n\n', 'The Book'],
      [['Two'], 'Two\n\nsecond\n\n', undefined],
    ]);
  });
});

const mail = `From: =?gb2312?B?xOO6ww==?= <a@b.c>\r
To: d@e.f\r
Subject: =?utf-8?B?5Lya6K6u?= notes\r
Date: Mon, 1 Jan 2024 10:00:00 +0000\r
MIME-Version: 1.0\r
Content-Type: multipart/mixed; boundary=B\r
\r
--B\r
Content-Type: text/html; charset=gb2312\r
Content-Transfer-Encoding: base64\r
\r
PHA+xOO6wzwvcD4=\r
--B\r
Content-Type: application/pdf; name="a.pdf"\r
Content-Disposition: attachment; filename="a.pdf"\r
Content-Transfer-Encoding: base64\r
\r
JVBERg==\r
--B--\r
`;

describe('mail', () => {
  it('reads heads, body by charset, and names attachments', async () => {
    const { type, sections } = await read(mail, 'x.txt');
    expect(type).toBe('eml');
    expect(sections.map((section) => section.locator.part)).toEqual(['head', 'text', 'a.pdf']);
    expect(sections[0]!.text).toContain('From: 你好 <a@b.c>');
    expect(sections[1]!.text).toBe('你好\n\n');
    expect(sections[2]!.text).toBe('[Attachment: a.pdf, application/pdf, 4 bytes]\n\n');
    expect(sections[0]).toMatchObject({ title: '会议 notes', locator: { heading: ['会议 notes'] } });
  });
  it('hands attachments to whoever takes them', async () => {
    const children: [string, string][] = [];
    const child = async (name: string, content: Uint8Array | Problem) => {
      if (content instanceof Uint8Array) children.push([name, Buffer.from(content).toString()]);
    };
    for await (const _ of readEml(strToU8(mail), { name: 'm', partial() {}, child })) void _;
    expect(children).toEqual([['a.pdf', '%PDF']]);
  });
  it('prefers the plain alternative, decodes quoted-printable and long file names, hands on forwarded mail', async () => {
    const source = `From: a@b.c
Subject: s
Content-Type: multipart/mixed; boundary="x y"

--x y
Content-Type: multipart/alternative; boundary=z

--z
Content-Type: text/plain; charset=iso-8859-1
Content-Transfer-Encoding: quoted-printable

caf=E9 and=
 more
--z
Content-Type: text/html

<p>page</p>
--z--
--x y
Content-Type: application/octet-stream; name*0*=utf-8''%E6%8A%A5; name*1*=%E5%91%8A.doc

abc
--x y
Content-Type: message/rfc822

Subject: inner

hidden
--x y--
`;
    const { sections, text } = await read(source, 'a.eml');
    expect(sections[1]!.text).toBe('café and more\n\n');
    expect(sections.map((section) => section.locator.part)).toEqual(['head', 'text', '报告.doc', 'message-2.eml']);
    expect(text).not.toMatch(/page|hidden/);
  });
  it('cuts a mailbox into messages, not at a line that starts with From', async () => {
    const message = (n: number) =>
      `From a@b.c Mon Jan  1 10:0${n}:00 2024\nFrom: a@b.c\nSubject: s${n}\n\nbody ${n}\nFrom there it went on\n\n`;
    const { type, sections } = await read(message(1) + message(2), 'inbox');
    expect(type).toBe('mbox');
    expect(sections.map((section) => section.locator.part)).toEqual(['1/head', '1/text', '2/head', '2/text']);
    expect(sections[3]!.text).toContain('body 2\nFrom there it went on');
  });
  it('reads the page of a web archive', async () => {
    const page =
      'From: <Saved by a browser>\nSnapshot-Content-Location: http://x/\nSubject: t\nMIME-Version: 1.0\nContent-Type: multipart/related; type="text/html"; boundary=B\n\n--B\nContent-Type: text/html\nContent-Transfer-Encoding: quoted-printable\n\n<h1>Top</h1><p>caf=C3=A9</p>\n--B--\n';
    const { type, text } = await read(page, 'a.mht');
    expect([type, text]).toEqual(['mhtml', 'Top\n\ncafé\n\n']);
  });
});

describe('notebook', () => {
  it('reads prose, code and output', async () => {
    const cells = [
      { cell_type: 'markdown', source: ['# Top\n', 'text\n', '## Sub'] },
      { cell_type: 'code', source: 'print(1)', outputs: [{ text: ['1\n'] }] },
    ];
    const { type, sections } = await read(JSON.stringify({ cells, nbformat: 4 }), 'a.json');
    expect(type).toBe('ipynb');
    expect(
      sections.map((section) => [section.locator.part, section.locator.heading?.join('/'), section.kind, section.text]),
    ).toEqual([
      ['cell 1', 'Top', undefined, 'Top\n\ntext\n\n'],
      ['cell 1', 'Top/Sub', undefined, 'Sub\n\n'],
      ['cell 2', 'Top/Sub', 'code', 'print(1)\n\n'],
      ['cell 2', 'Top/Sub', undefined, '1\n\n'],
    ]);
  });
});

describe('light markup', () => {
  it.each([
    ['a.rst', 'Top\n===\n\ntext\n\nSub\n---\n\nx\n\nOther\n=====\ny\n'],
    ['a.adoc', '= Top\n\ntext\n\n== Sub\nx\n\n= Other\ny\n'],
    ['a.org', '* Top\ntext\n** TODO Sub :tag:\nx\n* Other\ny\n'],
    ['a.tex', '\\section{Top}\ntext\n\\subsection{Sub}\nx\n\\section*{Other}\ny\n'],
  ])('%s: heading paths, text exact', async (name, source) => {
    const { sections, text } = await read(source, name);
    expect(text).toBe(source);
    expect(sections.map((section) => section.locator.heading?.join('/'))).toEqual(['Top', 'Top/Sub', 'Other']);
  });
});
