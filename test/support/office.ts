import { strToU8, zipSync } from 'fflate';

const xml = (body: string) => strToU8(`<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n${body}`);
const OFFICE = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';

/** A container of parts and their relations, `{ 'word/document.xml': { id: 'type target' } }`. */
export function container(parts: Record<string, string>, links: Record<string, Record<string, string>>): Uint8Array {
  const files: Record<string, Uint8Array> = { '[Content_Types].xml': xml('<Types/>') };
  for (const [name, body] of Object.entries(parts)) files[name] = xml(body);
  for (const [part, targets] of Object.entries(links)) {
    const slash = part.lastIndexOf('/') + 1;
    const items = Object.entries(targets).map(([id, value]) => {
      const [type, target] = value.split(' ');
      return `<Relationship Id="${id}" Type="${OFFICE}/${type}" Target="${target}"/>`;
    });
    files[`${part.slice(0, slash)}_rels/${part.slice(slash)}.rels`] = xml(
      `<Relationships>${items.join('')}</Relationships>`,
    );
  }
  return zipSync(files);
}

export function docx(body: string, parts: Record<string, string> = {}, links: Record<string, string> = {}): Uint8Array {
  return container(
    { 'word/document.xml': `<w:document><w:body>${body}</w:body></w:document>`, ...parts },
    { '': { r1: 'officeDocument word/document.xml' }, 'word/document.xml': links },
  );
}

export const paragraph = (text: string, style = '') =>
  `<w:p>${style ? `<w:pPr><w:pStyle w:val="${style}"/></w:pPr>` : ''}<w:r><w:t xml:space="preserve">${text}</w:t></w:r></w:p>`;

export const wordTable = (rows: string[][]) =>
  `<w:tbl>${rows.map((row) => `<w:tr>${row.map((cell) => `<w:tc>${paragraph(cell)}</w:tc>`).join('')}</w:tr>`).join('')}</w:tbl>`;

export function xlsx(
  sheets: { name: string; rows: string; state?: string }[],
  parts: Record<string, string> = {},
): Uint8Array {
  const list = sheets.map(
    (sheet, i) =>
      `<sheet name="${sheet.name}" sheetId="${i + 1}" r:id="s${i}" ${sheet.state ? `state="${sheet.state}"` : ''}/>`,
  );
  const files: Record<string, string> = {
    'xl/workbook.xml': `<workbook><sheets>${list.join('')}</sheets></workbook>`,
    ...parts,
  };
  const links: Record<string, string> = { st: 'styles styles.xml', ss: 'sharedStrings sharedStrings.xml' };
  for (const [i, sheet] of sheets.entries()) {
    files[`xl/worksheets/sheet${i}.xml`] = `<worksheet><sheetData>${sheet.rows}</sheetData></worksheet>`;
    links[`s${i}`] = `worksheet worksheets/sheet${i}.xml`;
  }
  return container(files, { '': { r1: 'officeDocument xl/workbook.xml' }, 'xl/workbook.xml': links });
}
