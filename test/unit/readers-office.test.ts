import { describe, expect, it } from 'vitest';
import { container, docx, paragraph, wordTable, xlsx } from '../support/office.ts';
import { read } from '../support/reading.ts';

const styles = `<w:styles>
  <w:style w:styleId="1"><w:name w:val="标题 1"/></w:style>
  <w:style w:styleId="H2"><w:name w:val="heading 2"/></w:style>
  <w:style w:styleId="Own"><w:basedOn w:val="H2"/></w:style>
  <w:style w:styleId="T"><w:name w:val="Title"/></w:style></w:styles>`;

describe('docx', () => {
  it('builds heading paths from names, translated names and inheritance', async () => {
    const body =
      paragraph('My title', 'T') +
      paragraph('One', '1') +
      paragraph('a') +
      paragraph('Two', 'Own') +
      paragraph('b &amp; c') +
      paragraph('Three', '1');
    const { sections } = await read(docx(body, { 'word/styles.xml': styles }, { s: 'styles styles.xml' }), 'a.docx');
    expect(sections.map((section) => [section.locator.heading, section.text])).toEqual([
      [undefined, 'My title\n\n'],
      [['One'], 'One\n\na\n\n'],
      [['One', 'Two'], 'Two\n\nb & c\n\n'],
      [['Three'], 'Three\n\n'],
    ]);
    expect(sections[0]!.title).toBe('My title');
  });

  it('reads tables as rows, text boxes after their paragraph, tracked changes as final', async () => {
    const box =
      '<w:p><w:r><w:t>anchor</w:t><mc:AlternateContent><mc:Choice><w:txbxContent><w:p><w:r><w:t>boxed</w:t></w:r></w:p></w:txbxContent></mc:Choice><mc:Fallback><w:t>boxed</w:t></mc:Fallback></mc:AlternateContent></w:r></w:p>';
    const tracked =
      '<w:p><w:del><w:r><w:delText>old</w:delText></w:r></w:del><w:ins><w:r><w:t>new</w:t></w:r></w:ins><w:r><w:tab/><w:t>end</w:t></w:r></w:p>';
    const { sections } = await read(
      docx(
        box +
          tracked +
          wordTable([
            ['K', 'V'],
            ['x', '1'],
          ]),
      ),
      'a.docx',
    );
    expect(sections).toEqual([
      { locator: {}, text: 'anchor\n\nboxed\n\nnew\tend\n\n' },
      { locator: {}, text: 'K | V\nx | 1\n\n', kind: 'table', header: 'K | V' },
    ]);
  });

  it('puts notes and comments where they are referred to, headers and footers once', async () => {
    const body =
      '<w:p><w:r><w:t>claim</w:t></w:r><w:r><w:footnoteReference w:id="2"/></w:r><w:r><w:commentReference w:id="0"/></w:r></w:p>' +
      paragraph('next');
    const parts = {
      'word/footnotes.xml': `<w:footnotes><w:footnote w:id="2">${paragraph('proof')}</w:footnote></w:footnotes>`,
      'word/comments.xml': `<w:comments><w:comment w:id="0" w:author="Ann">${paragraph('really?')}</w:comment></w:comments>`,
      'word/header1.xml': `<w:hdr>${paragraph('Acme')}</w:hdr>`,
      'word/header2.xml': `<w:hdr>${paragraph('Acme')}</w:hdr>`,
    };
    const links = {
      f: 'footnotes footnotes.xml',
      c: 'comments comments.xml',
      h: 'header header1.xml',
      h2: 'header header2.xml',
    };
    expect((await read(docx(body, parts, links), 'a.docx')).text).toBe(
      'Acme\n\nclaim\n\n[proof]\n\n[Comment (Ann): really?]\n\nnext\n\n',
    );
  });

  it('expands no entity and says when a container is damaged or locked', async () => {
    const doctype = '<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/hostname"><!ENTITY y "boom">]>';
    const hostile = container(
      { 'word/document.xml': `${doctype}<w:document><w:body>${paragraph('a&x;&y;b')}</w:body></w:document>` },
      { '': { r: 'officeDocument word/document.xml' } },
    );
    expect((await read(hostile, 'a.docx')).text).toBe('a&x;&y;b\n\n');
    const good = docx(paragraph('text that is long enough to be packed '.repeat(20)));
    expect((await read(good.slice(0, good.length - 40), 'a.docx')).problem?.code).toBe('corrupt');
    const flipped = good.slice();
    const at = Buffer.from(good).indexOf('word/document.xml') + 30;
    flipped[at] = flipped[at]! ^ 0x41;
    expect((await read(flipped, 'a.docx')).problem?.code).toBe('corrupt');
  });

  it('stops at a zip bomb', async () => {
    const bomb = docx(paragraph('0'.repeat(80_000_000)));
    expect((await read(bomb, 'a.docx')).problem?.code).toBe('too_large');
  });
});

describe('pptx', () => {
  const shape = (text: string, type = '') =>
    `<p:sp><p:nvSpPr><p:nvPr>${type ? `<p:ph type="${type}"/>` : ''}</p:nvPr></p:nvSpPr><p:txBody><a:p><a:r><a:t>${text}</a:t></a:r></a:p></p:txBody></p:sp>`;
  it('numbers slides in show order, titles as headings, notes kept, hidden marked', async () => {
    const grid =
      '<p:graphicFrame><a:tbl><a:tr><a:tc><a:p><a:t>K</a:t></a:p></a:tc><a:tc><a:p><a:t>V</a:t></a:p></a:tc></a:tr></a:tbl></p:graphicFrame>';
    const parts = {
      'ppt/presentation.xml':
        '<p:presentation><p:sldIdLst><p:sldId id="256" r:id="b"/><p:sldId id="257" r:id="a"/></p:sldIdLst></p:presentation>',
      'ppt/slides/slide1.xml': `<p:sld show="0">${shape('Late', 'title')}${shape('7', 'sldNum')}${grid}</p:sld>`,
      'ppt/slides/slide2.xml': `<p:sld>${shape('Early', 'ctrTitle')}${shape('point')}</p:sld>`,
      'ppt/notesSlides/n.xml': `<p:notes>${shape('remember', 'body')}</p:notes>`,
    };
    const links = {
      '': { r: 'officeDocument ppt/presentation.xml' },
      'ppt/presentation.xml': { a: 'slide slides/slide1.xml', b: 'slide slides/slide2.xml' },
      'ppt/slides/slide2.xml': { n: 'notesSlide ../notesSlides/n.xml' },
    };
    const { sections } = await read(container(parts, links), 'a.pptx');
    expect(sections).toEqual([
      { locator: { slide: 1, heading: ['Early'] }, text: 'Early\n\npoint\n\n[Notes] remember\n\n', title: 'Early' },
      { locator: { slide: 2, heading: ['Late'] }, text: 'Late\n\n[hidden slide]\n\n' },
      { locator: { slide: 2, heading: ['Late'] }, text: 'K | V\n\n', kind: 'table', header: 'K | V' },
    ]);
  });
});

describe('xlsx', () => {
  const parts = {
    'xl/styles.xml':
      '<styleSheet><numFmts><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd"/></numFmts><cellXfs><xf numFmtId="0"/><xf numFmtId="164"/><xf numFmtId="9"/></cellXfs></styleSheet>',
    'xl/sharedStrings.xml':
      '<sst><si><t>Name</t></si><si><r><t>Va</t></r><r><t>lue</t></r><rPh><t>x</t></rPh></si></sst>',
  };
  const head =
    '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c><c r="C1" t="inlineStr"><is><t>When</t></is></c></row>';
  it('shows cells as the sheet does, with range and header', async () => {
    const rows = `${head}<row r="2"><c r="A2" t="str"><f>A1</f><v>x</v></c><c r="B2" s="2"><v>0.25</v></c><c r="C2" s="1"><v>45000</v></c></row>
      <row r="3"><c r="A3" t="b"><v>1</v></c><c r="C3" t="e"><v>#N/A</v></c></row>`;
    const { sections } = await read(xlsx([{ name: 'Data', rows }], parts), 'a.xlsx');
    expect(sections).toEqual([
      {
        locator: { sheet: 'Data', range: 'A1:C3' },
        text: 'Name | Value | When\nx | 25% | 2023-03-15\nTRUE |  | #N/A\n\n',
        kind: 'table',
        header: 'Name | Value | When',
      },
    ]);
  });

  it('marks hidden sheets and cuts long ones into exact ranges', async () => {
    const rows = Array.from(
      { length: 500 },
      (_, i) => `<row r="${i + 2}"><c r="A${i + 2}"><v>${i}</v></c><c r="B${i + 2}"><v>${i * 2}</v></c></row>`,
    );
    const { sections } = await read(
      xlsx([{ name: 'S', state: 'hidden', rows: head + rows.join('') }], parts),
      'a.xlsx',
    );
    expect(sections[0]!.text).toBe('[hidden sheet]\n');
    const tables = sections.slice(1);
    expect(tables.length).toBeGreaterThan(2);
    expect(tables.every((section) => section.header === 'Name | Value | When')).toBe(true);
    const ends = tables.map((section) => section.locator.range!.match(/\d+/g)!.map(Number));
    expect(ends[0]![0]).toBe(1);
    for (const [i, [top]] of ends.slice(1).entries()) expect(top).toBe(ends[i]![1]! + 1);
    expect(ends.at(-1)![1]).toBe(501);
  });
});
