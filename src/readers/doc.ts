import type { Section } from '../types.ts';
import { decode } from './decode.ts';
import { type ParagraphFormat, paragraphFormats } from './doc-paragraphs.ts';
import { readPieces } from './doc-pieces.ts';
import { oneLine, rowLine } from './office.ts';
import { openOle } from './ole.ts';
import { ReadError, type ReadOptions } from './reader.ts';
import { type SectionWriter, sectionWriter } from './section-writer.ts';

const WORD_97 = 0xc1;
const SIGNATURE = 0xa5ec;
const ENCRYPTED = 0x0100;
const TABLE_1 = 0x0200;
/** Characters of the parts behind one another, from the header at 0x4C: body, footnotes, headers, macros, comments, endnotes, boxes. */
const PARTS = ['body', 'notes', 'headers', 'macros', 'comments', 'notes', 'boxes', 'headers'] as const;

/** Word 97–2003, and the bare text of Word 6 and 95. */
export async function* readDoc(bytes: Uint8Array, options: ReadOptions): AsyncGenerator<Section> {
  const ole = openOle(bytes);
  const main = ole.stream('WordDocument');
  if (!main || main.length < 0x200) throw new ReadError('corrupt', 'not a Word document: it has no text stream');
  const flags = main.readUInt16LE(0x0a);
  if (flags & ENCRYPTED) throw new ReadError('encrypted', 'the document is protected by a password');
  const writer = sectionWriter();
  if (main.readUInt16LE(0) !== SIGNATURE || main.readUInt16LE(2) < WORD_97) {
    const old = main.subarray(main.readUInt32LE(0x18), main.readUInt32LE(0x1c));
    writeText(writer, decode(old), () => undefined);
  } else {
    const table = ole.stream(flags & TABLE_1 ? '1Table' : '0Table');
    if (!table) throw new ReadError('corrupt', 'the Word document has no text index');
    const { text, offsetOf } = readPieces(main, table);
    const formats = paragraphFormats(main, table);
    let start = 0;
    for (const [index, part] of PARTS.entries()) {
      options.signal?.throwIfAborted();
      const length = Math.min(main.readUInt32LE(0x4c + index * 4), text.length - start);
      const from = start;
      start += length;
      if (part === 'macros' || length <= 0) continue;
      if (part !== 'body') writer.leaveHeadings();
      writeText(writer, text.slice(from, start), (at) => formats(offsetOf(from + at)), part !== 'body');
      yield* writer.take();
    }
  }
  yield* writer.finish();
}

/** Paragraphs end with 0D, cells with 07; field codes stand between 13 and 14 and are not text, their results are. */
function writeText(
  writer: SectionWriter,
  text: string,
  format: (at: number) => ParagraphFormat | undefined,
  once = false,
): void {
  const seen = new Set<string>();
  let rows: string[] = [];
  let cells: string[] = [];
  let cell = '';
  const closeTable = () => {
    writer.table(rows);
    rows = [];
  };
  const mark = /[\r\x07\x0c]/g;
  let start = 0;
  for (let match = mark.exec(text); start < text.length; match = mark.exec(text)) {
    const end = match?.index ?? text.length;
    const value = clean(text.slice(start, end));
    const found = format(Math.min(end, text.length - 1));
    start = end + 1;
    if (match?.[0] === '\x07') {
      if (found?.rowEnd || (value === '' && found === undefined && cell === '')) {
        if (cells.some((entry) => entry !== '')) rows.push(rowLine(cells));
        cells = [];
      } else cells.push(oneLine(`${cell} ${value}`));
      cell = '';
    } else if (value !== '' && found?.inTable) cell += `${value} `;
    else if (value !== '' && !(once && seen.has(value))) {
      seen.add(value);
      closeTable();
      const level = found?.level ?? (found && found.style >= 1 && found.style <= 9 ? found.style : undefined);
      if (level !== undefined && !once) writer.heading(level, oneLine(value));
      else writer.paragraph(value);
    }
    if (!match) break;
  }
  closeTable();
}

function clean(text: string): string {
  let plain = text;
  // Fields nest, innermost first.
  for (let depth = 0; depth < 5 && plain.includes('\x13'); depth++)
    plain = plain.replace(/\x13[^\x13\x14\x15]*(?:\x14([^\x13\x14\x15]*))?\x15/g, '$1');
  return plain
    .replace(/\x13[^\x14]*\x14?/g, '')
    .replace(/\x0b/g, '\n')
    .replace(/\x1e/g, '-')
    .replace(/[\0-\x08\x0e-\x1f]/g, '')
    .trim();
}
