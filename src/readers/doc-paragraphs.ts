/** What a Word binary file says about a paragraph. */
export interface ParagraphFormat {
  /** Index of its style; 1–9 are the built-in headings. */
  style: number;
  /** Outline level from 1 if set on the paragraph itself. */
  level: number | undefined;
  /** The mark that ends a table row. */
  rowEnd: boolean;
  inTable: boolean;
}

const PAGE = 512;
const OUTLINE_LEVEL = 0x2640;
const ROW_END = 0x2417;
const IN_TABLE = 0x2416;
/** Bytes of an operand by the top three bits of the code; 6 is variable ([MS-DOC] 2.6). */
const OPERAND = [1, 1, 2, 4, 2, 2, -1, 3];

/** Formats by byte offset of the paragraph's characters, from the formatted disk pages ([MS-DOC] 2.9.33). */
export function paragraphFormats(main: Buffer, table: Buffer): (offset: number) => ParagraphFormat | undefined {
  const starts: number[] = [];
  const formats: ParagraphFormat[] = [];
  const at = main.readUInt32LE(0x102);
  const count = Math.max(0, Math.floor((main.readUInt32LE(0x106) - 4) / 8));
  for (let i = 0; i < count; i++) {
    const entry = at + (count + 1) * 4 + i * 4;
    if (entry + 4 > table.length) break;
    const page = main.subarray(table.readUInt32LE(entry) * PAGE).subarray(0, PAGE);
    if (page.length < PAGE) continue;
    const runs = page[PAGE - 1]!;
    for (let run = 0; run < runs && (runs + 1) * 4 + run * 13 < PAGE; run++) {
      starts.push(page.readUInt32LE(run * 4));
      formats.push(format(page, page[(runs + 1) * 4 + run * 13]! * 2));
    }
  }
  return (offset) => {
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (starts[middle]! <= offset) low = middle;
      else high = middle - 1;
    }
    return formats[low];
  };
}

function format(page: Buffer, at: number): ParagraphFormat {
  const found: ParagraphFormat = { style: 0, level: undefined, rowEnd: false, inTable: false };
  if (at === 0 || at + 4 > PAGE) return found;
  const long = page[at] === 0;
  const length = long ? page[at + 1]! * 2 : page[at]! * 2 - 1;
  const start = at + (long ? 2 : 1);
  const end = Math.min(PAGE - 1, start + length);
  if (start + 2 > end) return found;
  found.style = page.readUInt16LE(start);
  for (let i = start + 2; i + 3 <= end; ) {
    const code = page.readUInt16LE(i);
    const size = OPERAND[code >> 13]!;
    const value = page[i + 2]!;
    if (code === OUTLINE_LEVEL && value < 9) found.level = value + 1;
    else if (code === ROW_END && value !== 0) found.rowEnd = true;
    else if (code === IN_TABLE && value !== 0) found.inTable = true;
    i += 2 + (size < 0 ? 1 + value : size);
  }
  return found;
}
