import type { Row } from './xlsx-rows.ts';
import { attribute, type XmlEvents } from './xml.ts';

export interface SheetSink {
  row(row: Row): void;
  /** Comments of the sheet, when it ends. */
  end(notes: string[]): void;
}

/** A repeated cell or row is written once a repetition, but not the thousands that fill a sheet with nothing. */
const MAX_REPEAT = 1_000;
const MAX_GAP = 16;

/** Scan events of a spreadsheet's `content.xml` in, rows with a value out. */
export function odsEvents(
  hidden: ReadonlySet<string>,
  begin: (sheet: { name: string; hidden: boolean }) => SheetSink,
): XmlEvents {
  let sink: SheetSink | undefined;
  let notes: string[] = [];
  let number = 0;
  let rowRepeat = 1;
  let row: Row = { number: 0, first: 0, last: -1, cells: [], textual: true };
  let column = 0;
  let repeat = 1;
  let type = '';
  let cell = '';
  let paragraphs = 0;
  let note: string | undefined;
  const count = (attributes: string, name: string) => Math.max(1, Number(attribute(attributes, name) ?? 1));
  const endCell = () => {
    const text = cell.replace(/\s+/g, ' ').trim();
    if (text !== '') {
      for (let i = 0; i < Math.min(repeat, MAX_REPEAT); i++) {
        if (row.last < 0) row.first = column;
        else for (let gap = Math.min(column + i - row.last - 1, MAX_GAP); gap > 0; gap--) row.cells.push('');
        row.cells.push(text);
        row.last = column + i;
      }
      if (type !== 'string' && type !== '') row.textual = false;
    }
    column += repeat;
  };
  const endRow = () => {
    if (row.last >= 0)
      for (let i = 0; i < Math.min(rowRepeat, MAX_REPEAT); i++) sink?.row({ ...row, number: number + 1 + i });
    number += rowRepeat;
  };
  return {
    open(name, attributes) {
      if (name === 'table') {
        const style = attribute(attributes, 'style-name') ?? '';
        sink = begin({ name: attribute(attributes, 'name') ?? '', hidden: hidden.has(style) });
        notes = [];
        number = 0;
      } else if (name === 'table-row') {
        rowRepeat = count(attributes, 'number-rows-repeated');
        row = { number: 0, first: 0, last: -1, cells: [], textual: true };
        column = 0;
      } else if (name === 'table-cell' || name === 'covered-table-cell') {
        repeat = count(attributes, 'number-columns-repeated');
        type = attribute(attributes, 'value-type') ?? '';
        cell = '';
      } else if (name === 'annotation') note = '';
      else if (name === 'p') paragraphs++;
    },
    close(name) {
      if (name === 'table') {
        sink?.end(notes);
        sink = undefined;
      } else if (name === 'table-row') endRow();
      else if (name === 'table-cell' || name === 'covered-table-cell') endCell();
      else if (name === 'annotation') {
        if (note?.trim()) notes.push(`[Comment: ${note.replace(/\s+/g, ' ').trim()}]`);
        note = undefined;
      } else if (name === 'p') {
        paragraphs--;
        if (note === undefined) cell += ' ';
      }
    },
    text(text) {
      if (!sink || paragraphs === 0) return;
      if (note !== undefined) note += text;
      else cell += text;
    },
  };
}
