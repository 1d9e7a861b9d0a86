import { read, set_cptable, utils, type WorkBook, type WorkSheet } from '@e965/xlsx';
import * as codePages from '@e965/xlsx/dist/cpexcel.full.mjs';
import type { Section } from '../types.ts';
import { ReadError, type ReadOptions } from './reader.ts';
import { rowBlocks } from './row-blocks.ts';
import type { Row } from './xlsx-rows.ts';
import { cellText } from './xlsx-strings.ts';
import { openZip } from './zip.ts';

/** The library builds the whole book in memory; a packed one must not be larger than this unpacked. */
const MAX_UNPACKED = 256 * 2 ** 20;
const MAX_GAP = 16;

/** Excel 2–2003 and binary workbooks (xlsb): rows as their cells show them, in blocks with their range. */
export async function* readXls(bytes: Uint8Array, options: ReadOptions): AsyncGenerator<Section> {
  if (bytes[0] === 0x50 && bytes[1] === 0x4b) limit(bytes);
  const book = open(bytes);
  for (const [index, name] of book.SheetNames.entries()) {
    options.signal?.throwIfAborted();
    const sheet = book.Sheets[name];
    if (!sheet?.['!ref']) continue;
    if (book.Workbook?.Sheets?.[index]?.Hidden) yield { locator: { sheet: name }, text: '[hidden sheet]\n' };
    const blocks = rowBlocks(name);
    const comments: string[] = [];
    for (const row of rows(sheet, comments)) {
      blocks.add(row);
      yield* blocks.take();
    }
    yield* blocks.finish();
    if (comments.length > 0) yield { locator: { sheet: name }, text: `${comments.join('\n')}\n\n` };
    // What was handed on need not be kept.
    delete book.Sheets[name];
  }
}

function open(bytes: Uint8Array): WorkBook {
  set_cptable(codePages);
  try {
    return read(bytes, {
      type: 'array',
      dense: true,
      cellFormula: false,
      cellHTML: false,
      cellText: true,
      sheetStubs: false,
    });
  } catch (error) {
    const message = (error as Error).message;
    if (/password|encrypt/i.test(message))
      throw new ReadError('encrypted', 'the workbook is protected by a password', { cause: error });
    throw new ReadError('corrupt', `the workbook is damaged: ${message}`, { cause: error });
  }
}

function limit(bytes: Uint8Array): void {
  const zip = openZip(bytes);
  const total = zip.names.reduce((sum, name) => sum + (zip.size(name) ?? 0), 0);
  if (total > MAX_UNPACKED)
    throw new ReadError('too_large', `the workbook unpacks to ${Math.round(total / 2 ** 20)} MB`);
}

function* rows(sheet: WorkSheet, comments: string[]): Generator<Row> {
  const range = utils.decode_range(sheet['!ref']!);
  for (const [r, cells] of (sheet['!data'] ?? []).entries()) {
    const row: Row = { number: r + 1, first: 0, last: -1, cells: [], textual: true };
    for (const [c, cell] of (cells ?? []).entries()) {
      if (!cell || c > range.e.c) continue;
      for (const comment of cell.c ?? [])
        comments.push(`[Comment ${utils.encode_cell({ r, c })}: ${cellText(comment.t)}]`);
      const text = cell.t === 'z' ? '' : cellText(String(cell.w ?? cell.v ?? ''));
      if (text === '') continue;
      if (row.last < 0) row.first = c;
      else for (let gap = Math.min(c - row.last - 1, MAX_GAP); gap > 0; gap--) row.cells.push('');
      row.cells.push(text);
      row.last = c;
      if (cell.t !== 's') row.textual = false;
    }
    if (row.last >= 0) yield row;
  }
}
