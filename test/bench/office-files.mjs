// Makes large and many-run Office files, piece by piece.
import { strToU8, Zip, ZipDeflate, zipSync } from 'fflate';

function link(entries) {
  const rows = entries.map(
    ([id, type, target]) =>
      `<Relationship Id="${id}" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/${type}" Target="${target}"/>`,
  );
  return `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">${rows.join('')}</Relationships>`;
}

function types(entries) {
  const rows = entries.map(
    ([part, type]) =>
      `<Override PartName="${part}" ContentType="application/vnd.openxmlformats-officedocument.${type}+xml"/>`,
  );
  return `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>${rows.join('')}</Types>`;
}

const words =
  'the index of a system holds every term and where it stands so that a question finds its passage 数据 库 的 配置 参数 说明'.split(
    ' ',
  );
export const sentence = (seed, length) =>
  Array.from({ length }, (_, i) => words[(seed * 7 + i * i + i) % words.length]).join(' ');

export function makeDocx(paragraphs) {
  const body = Array.from({ length: paragraphs }, (_, i) => {
    const runs = Array.from(
      { length: 20 },
      (_, j) =>
        `<w:r><w:rPr><w:rFonts w:ascii="Arial"/><w:sz w:val="22"/></w:rPr><w:t xml:space="preserve">${sentence(i + j, 15)} ${i}.${j} </w:t></w:r>`,
    );
    return `<w:p w:rsidR="00A1">${i % 40 === 0 ? '<w:pPr><w:pStyle w:val="Heading1"/></w:pPr>' : ''}${runs.join('')}</w:p>`;
  });
  const document = `<?xml version="1.0"?><w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>${body.join('')}</w:body></w:document>`;
  return zipSync({
    '[Content_Types].xml': strToU8(types([['/word/document.xml', 'wordprocessingml.document.main']])),
    '_rels/.rels': strToU8(link([['r1', 'officeDocument', 'word/document.xml']])),
    'word/document.xml': strToU8(document),
  });
}

export function makeXlsx(rows) {
  const pieces = [];
  const zip = new Zip((error, data) => {
    if (error) throw error;
    pieces.push(data);
  });
  const add = (name, parts) => {
    const file = new ZipDeflate(name, { level: 6 });
    zip.add(file);
    for (const part of parts) file.push(strToU8(part));
    file.push(new Uint8Array(0), true);
  };
  const main =
    'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"';
  const letters = 'ABCDEFGHIJ';
  const cell = (row, column) => {
    const at = `r="${letters[column]}${row}"`;
    if (column % 3 === 0) return `<c ${at} t="s"><v>${(row * 31 + column) % 5000}</v></c>`;
    return column === 4
      ? `<c ${at} s="1"><v>${40000 + (row % 5000)}</v></c>`
      : `<c ${at}><v>${(row * (column + 1)) % 99991}.${column}</v></c>`;
  };
  const sheet = function* () {
    yield `<?xml version="1.0"?><worksheet ${main}><sheetData>`;
    for (let row = 1; row <= rows; row += 500) {
      let part = '';
      for (let r = row; r < Math.min(row + 500, rows + 1); r++) {
        part += `<row r="${r}">`;
        for (let c = 0; c < 10; c++) part += cell(r, c);
        part += '</row>';
      }
      yield part;
    }
    yield '</sheetData></worksheet>';
  };
  add('[Content_Types].xml', [
    types([
      ['/xl/workbook.xml', 'spreadsheetml.sheet.main'],
      ['/xl/worksheets/sheet1.xml', 'spreadsheetml.worksheet'],
      ['/xl/styles.xml', 'spreadsheetml.styles'],
      ['/xl/sharedStrings.xml', 'spreadsheetml.sharedStrings'],
    ]),
  ]);
  add('_rels/.rels', [link([['r1', 'officeDocument', 'xl/workbook.xml']])]);
  add('xl/workbook.xml', [`<workbook ${main}><sheets><sheet name="Data" sheetId="1" r:id="r1"/></sheets></workbook>`]);
  add('xl/_rels/workbook.xml.rels', [
    link([
      ['r1', 'worksheet', 'worksheets/sheet1.xml'],
      ['r2', 'styles', 'styles.xml'],
      ['r3', 'sharedStrings', 'sharedStrings.xml'],
    ]),
  ]);
  add('xl/styles.xml', [
    `<styleSheet ${main}><fonts count="1"><font/></fonts><fills count="1"><fill/></fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="14" applyNumberFormat="1"/></cellXfs></styleSheet>`,
  ]);
  add('xl/sharedStrings.xml', [
    `<sst ${main}>${Array.from({ length: 5000 }, (_, i) => `<si><t>${sentence(i, 4)} ${i}</t></si>`).join('')}</sst>`,
  ]);
  add('xl/worksheets/sheet1.xml', sheet());
  zip.end();
  return new Uint8Array(Buffer.concat(pieces));
}
