import type { Document, Locator, Span } from '../types.ts';

export interface Table {
  /** Of its first piece; a sheet's range covers all of it. */
  locator: Locator & Span;
  caption?: string;
  /** Empty where no row is one. */
  header: string[];
  rows: string[][];
}

const CAPTION = /^\**(?:table|tabelle|tableau|tabla|表格?|附表)\s*[\d一二三四五六七八九十IVX].{0,300}$/i;

/**
 * The tables of a document, from its text and where its table sections lie: rows as `rag ingest` took them, split into cells. Large ones
 * come in several sections, of which all but the first say that they go on. A cell's own ` | ` divides it.
 */
export function tablesOf(document: Pick<Document, 'type' | 'sections'>, text: string): Table[] {
  const { sections, type } = document;
  const tables: Table[] = [];
  for (let i = 0; i < sections.length; i++) {
    const { start, locator, table: mark } = sections[i]!;
    if (mark === undefined) continue;
    let last = i;
    while (sections[last + 1]?.table === true) last++;
    const end = sections[last + 1]?.start ?? text.length;
    const source = text.slice(start, end);
    const records = split(type, source).filter((cells) => cells.some((cell) => cell !== ''));
    const header = typeof mark === 'string' && mark !== '' ? (split(type, mark)[0] ?? []) : [];
    const rows = header.length > 0 && same(records[0], header) ? records.slice(1) : records;
    const range = joined(locator.range, sections[last]!.locator.range);
    const caption = captionBefore(text, start) ?? captionAt(text, end);
    tables.push({
      locator: { ...locator, ...(range ? { range } : {}), start, end },
      ...(caption ? { caption } : {}),
      header,
      rows,
    });
    i = last;
  }
  return tables;
}

const same = (a: string[] | undefined, b: string[]) => a !== undefined && a.join('\0') === b.join('\0');

function split(type: string, source: string): string[][] {
  if (type === 'csv' || type === 'tsv') return delimited(source);
  const lines = source.split('\n').filter((line) => line.trim() !== '');
  if (type === 'markdown' || lines.every((line) => /^\s*\|/.test(line)))
    return lines.filter((line) => !/^[\s|:+-]*-[\s|:+-]*$/.test(line)).map(piped);
  return lines.map((line) => line.split(' | ').map((cell) => cell.trim()));
}

/** `| a | b \| c |` */
const piped = (line: string): string[] =>
  line
    .trim()
    .replace(/^\||(?<!\\)\|$/g, '')
    .split(/(?<!\\)\|/)
    .map((cell) => cell.replace(/\\\|/g, '|').trim());

/** RFC 4180, with the separator that the first record has most of. */
function delimited(source: string): string[][] {
  const first = source.slice(0, source.indexOf('\n') < 0 ? undefined : source.indexOf('\n')).replace(/"[^"]*"/g, '');
  const mark = [',', '\t', ';', '|'].sort((a, b) => first.split(b).length - first.split(a).length)[0]!;
  const rows: string[][] = [];
  let row: string[] = [];
  let cell = '';
  let quoted = false;
  const endRow = () => {
    rows.push([...row, cell.trim()]);
    row = [];
    cell = '';
  };
  for (let i = 0; i < source.length; i++) {
    const character = source[i]!;
    if (quoted && character === '"' && source[i + 1] === '"') cell += source[++i];
    else if (character === '"' && (quoted || cell.trim() === '')) quoted = !quoted;
    else if (quoted) cell += character;
    else if (character === mark) {
      row.push(cell.trim());
      cell = '';
    } else if (character === '\n') endRow();
    else cell += character;
  }
  if (cell !== '' || row.length > 0) endRow();
  return rows;
}

/** `A2:F40`, `A41:F80` → `A2:F80`; the columns of both. */
function joined(a: string | undefined, b: string | undefined): string | undefined {
  const [first, last] = [a, b].map((range) => /^([A-Z]+)(\d+):([A-Z]+)(\d+)$/.exec(range ?? ''));
  if (!first || !last) return a;
  const order = (x: string, y: string) => x.length - y.length || (x < y ? -1 : 1);
  const [left] = [first[1]!, last[1]!].sort(order);
  const right = [first[3]!, last[3]!].sort(order)[1]!;
  return `${left}${first[2]}:${right}${last[4]}`;
}

function captionBefore(text: string, start: number): string | undefined {
  const line =
    text
      .slice(Math.max(0, start - 500), start)
      .trimEnd()
      .split('\n')
      .at(-1)
      ?.trim() ?? '';
  return CAPTION.test(line) ? line.replace(/^\**|\**$/g, '') : undefined;
}

function captionAt(text: string, end: number): string | undefined {
  const line = text
    .slice(end, end + 500)
    .trimStart()
    .split('\n')[0]!
    .trim();
  return CAPTION.test(line) ? line.replace(/^\**|\**$/g, '') : undefined;
}
