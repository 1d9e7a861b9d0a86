import type { Section } from '../types.ts';
import { coreTitle, openOffice } from './office.ts';
import { partPieces, relations, scanPart } from './parts.ts';
import { chartText } from './pptx.ts';
import { ReadError, type ReadOptions } from './reader.ts';
import { rowBlocks } from './row-blocks.ts';
import { cellFormats } from './xlsx-format.ts';
import { type Book, rowBuilder } from './xlsx-rows.ts';
import { sheetScanner } from './xlsx-sheet.ts';
import { sharedStrings } from './xlsx-strings.ts';
import { attribute } from './xml.ts';
import type { Zip } from './zip.ts';

interface Sheet {
  name: string;
  part: string | undefined;
  hidden: boolean;
}

/** Rows as lines `a | b | c`, as the cells show them, in blocks with their range; then comments, text boxes and chart labels. */
export async function* readXlsx(bytes: Uint8Array, options: ReadOptions): AsyncGenerator<Section> {
  const zip = await openOffice(bytes, options.password);
  const main = relations(zip, '').find((relation) => relation.type === 'officeDocument')?.target ?? 'xl/workbook.xml';
  if (zip.size(main) === undefined) throw new ReadError('corrupt', 'not a workbook: it has no sheet list');
  const parts = relations(zip, main);
  const part = (type: string) => parts.find((relation) => relation.type === type)?.target ?? '';
  const { sheets, date1904 } = readWorkbook(zip, main);
  const strings = await sharedStrings(zip, part('sharedStrings'), options.signal);
  const book: Book = { strings, formats: cellFormats(zip, part('styles')), date1904 };
  let title = coreTitle(zip);
  const missing: string[] = [];
  for (const sheet of sheets) {
    if (sheet.part === undefined || zip.size(sheet.part) === undefined) {
      missing.push(sheet.name);
      continue;
    }
    for await (const section of readSheet(zip, sheet, sheet.part, book, options)) {
      yield title === undefined ? section : { ...section, title };
      title = undefined;
    }
  }
  if (missing.length > 0)
    options.partial({ code: 'corrupt', reason: `sheets missing in the file: ${missing.join(', ')}` });
}

async function* readSheet(
  zip: Zip,
  sheet: Sheet,
  part: string,
  book: Book,
  options: ReadOptions,
): AsyncGenerator<Section> {
  const blocks = rowBlocks(sheet.name);
  const locator = { sheet: sheet.name };
  let marked = !sheet.hidden;
  const mark = function* (): Generator<Section> {
    if (!marked) yield { locator, text: '[hidden sheet]\n' };
    marked = true;
  };
  const scanner = sheetScanner(rowBuilder(book, blocks.add));
  for await (const piece of partPieces(zip, part, options.signal)) {
    scanner.push(piece);
    const sections = blocks.take();
    if (sections.length > 0) yield* mark();
    yield* sections;
  }
  scanner.end();
  const rest = blocks.finish();
  if (rest.length > 0) yield* mark();
  yield* rest;
  const extras = [...sheetComments(zip, part), ...drawingTexts(zip, part)];
  if (extras.length > 0) yield { locator, text: `${extras.join('\n')}\n\n` };
}

function readWorkbook(zip: Zip, main: string): { sheets: Sheet[]; date1904: boolean } {
  const targets = new Map(relations(zip, main).map((relation) => [relation.id, relation.target]));
  const sheets: Sheet[] = [];
  let date1904 = false;
  scanPart(zip, main, {
    open(name, attributes) {
      if (name === 'workbookPr') date1904 = /^(1|true)$/.test(attribute(attributes, 'date1904') ?? '');
      if (name !== 'sheet') return;
      const id = /:id\s*=\s*["']([^"']*)/.exec(attributes)?.[1] ?? '';
      const hidden = /hidden/i.test(attribute(attributes, 'state') ?? '');
      sheets.push({ name: attribute(attributes, 'name') ?? '', part: targets.get(id), hidden });
    },
  });
  return { sheets, date1904 };
}

function sheetComments(zip: Zip, part: string): string[] {
  const found: string[] = [];
  for (const relation of relations(zip, part)) {
    if (relation.type !== 'comments') continue;
    let reference = '';
    let text = '';
    let keep = false;
    scanPart(zip, relation.target, {
      open(name, attributes) {
        if (name === 'comment') reference = attribute(attributes, 'ref') ?? '';
        keep = name === 't';
      },
      close(name) {
        keep = false;
        if (name !== 'comment') return;
        if (text.trim() !== '') found.push(`[Comment ${reference}: ${text.replace(/\s+/g, ' ').trim()}]`);
        text = '';
      },
      text(piece) {
        if (keep) text += piece;
      },
    });
  }
  return found;
}

/** Text boxes and the labels of charts that lie on the sheet. */
function drawingTexts(zip: Zip, part: string): string[] {
  const texts: string[] = [];
  for (const drawing of relations(zip, part)) {
    if (drawing.type !== 'drawing') continue;
    texts.push(chartText(zip, drawing.target));
    for (const chart of relations(zip, drawing.target))
      if (chart.type === 'chart') texts.push(chartText(zip, chart.target));
  }
  return texts.filter((text) => text !== '');
}
