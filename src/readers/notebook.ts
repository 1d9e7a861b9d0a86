import type { Section } from '../types.ts';
import { decode } from './decode.ts';
import { plain } from './markdown.ts';
import { ReadError, type ReadOptions } from './reader.ts';
import { type SectionWriter, sectionWriter } from './section-writer.ts';

interface Cell {
  cell_type?: string;
  source?: string | string[];
  input?: string | string[];
  outputs?: { text?: string | string[]; data?: Record<string, unknown>; evalue?: string; ename?: string }[];
}

interface Notebook {
  cells?: Cell[];
  /** Format 3 kept its cells in worksheets. */
  worksheets?: { cells?: Cell[] }[];
  metadata?: { title?: string };
}

const LONGEST_OUTPUT = 20_000;

/** Jupyter notebooks: prose under its headings, code as code, printed output; pictures are left out. */
export async function* readNotebook(bytes: Uint8Array, options: ReadOptions): AsyncGenerator<Section> {
  let notebook: Notebook;
  try {
    notebook = JSON.parse(decode(bytes));
  } catch (error) {
    throw new ReadError('corrupt', 'the notebook is not valid JSON', { cause: error });
  }
  const cells = notebook.cells ?? notebook.worksheets?.flatMap((sheet) => sheet.cells ?? []) ?? [];
  if (!Array.isArray(cells)) throw new ReadError('corrupt', 'the notebook has no list of cells');
  const writer = sectionWriter(notebook.metadata?.title);
  for (const [index, cell] of cells.entries()) {
    options.signal?.throwIfAborted();
    writer.place({ part: `cell ${index + 1}` });
    const source = joined(cell.source ?? cell.input);
    if (cell.cell_type === 'code') writeCode(writer, source, cell);
    else if (cell.cell_type === 'markdown') writeProse(writer, source);
    else if (source.trim() !== '') writer.paragraph(source.trim());
    yield* writer.take();
  }
  yield* writer.finish();
}

function writeCode(writer: SectionWriter, source: string, cell: Cell): void {
  if (source.trim() !== '') writer.code(source.trimEnd());
  for (const output of cell.outputs ?? []) {
    const text =
      joined(output.text ?? output.data?.['text/plain']) || [output.ename, output.evalue].filter(Boolean).join(': ');
    const shown = text.replace(/\x1b\[[\d;]*m/g, '').trim();
    if (shown !== '') writer.paragraph(shown.slice(0, LONGEST_OUTPUT));
  }
}

function writeProse(writer: SectionWriter, source: string): void {
  let block: string[] = [];
  const flush = () => {
    const text = block.join('\n').trim();
    if (text !== '') writer.paragraph(text);
    block = [];
  };
  let fenced = false;
  for (const line of source.split(/\r?\n/)) {
    if (/^\s*(```|~~~)/.test(line)) fenced = !fenced;
    const [, marks, title] = (!fenced && /^(#{1,6})\s+(.*?)\s*#*$/.exec(line)) || [];
    if (marks && title) {
      flush();
      if (marks.length === 1) writer.title(plain(title));
      writer.heading(marks.length, plain(title));
    } else block.push(line);
  }
  flush();
}

const joined = (source: unknown): string =>
  Array.isArray(source) ? source.join('') : typeof source === 'string' ? source : '';
