import { showNumber } from './xlsx-format.ts';
import { cellText } from './xlsx-strings.ts';
import { attribute, type XmlEvents } from './xml.ts';

export interface Row {
  /** From 1. */
  number: number;
  /** Column of the first and last filled cell, from 0. */
  first: number;
  last: number;
  /** The cells' text by position from `first`; gaps are empty. */
  cells: string[];
  /** All filled cells are text, as in a header row. */
  textual: boolean;
}

export interface Book {
  strings: readonly string[];
  formats: readonly string[];
  date1904: boolean;
}

/** More empty cells in a row than this are one gap: a value in XFD1 must not cost 16,000 separators. */
const MAX_GAP = 16;

/** Shown numbers kept, as columns of dates and prices repeat themselves. */
const MOST_KEPT = 20_000;

export interface RowBuilder {
  /** `number` from 1; undefined means the next one. */
  start(number: number | undefined): void;
  /** `column` from 0; undefined means the next one. `type` and `style` are the attributes `t` and `s`. */
  cell(column: number | undefined, type: string, style: number, value: string): void;
  end(): void;
}

/** Cells as stored in, rows with a value out, as the sheet shows them. */
export function rowBuilder(book: Book, emit: (row: Row) => void): RowBuilder {
  const shown = new Map<number, Map<string, string>>();
  let kept = 0;
  let row: Row = { number: 0, first: 0, last: -1, cells: [], textual: true };
  let column = -1;
  const number = (value: string, style: number) => {
    const pattern = book.formats[style] ?? 'General';
    if (pattern === 'General' && value.length <= 11) return showNumber(value, pattern, book.date1904);
    let ofStyle = shown.get(style);
    if (ofStyle === undefined) {
      ofStyle = new Map();
      shown.set(style, ofStyle);
    }
    let text = ofStyle.get(value);
    if (text === undefined) {
      if (kept++ > MOST_KEPT) for (const one of shown.values()) one.clear();
      if (kept > MOST_KEPT) kept = 1;
      text = showNumber(value, pattern, book.date1904);
      ofStyle.set(value, text);
    }
    return text;
  };
  const show = (type: string, style: number, value: string) => {
    if (type === 's') return book.strings[Number(value)] ?? '';
    if (type === 'b') return value === '0' ? 'FALSE' : 'TRUE';
    return type === '' || type === 'n' ? number(value, style) : cellText(value);
  };
  return {
    start(given) {
      row = { number: given ?? row.number + 1, first: 0, last: -1, cells: [], textual: true };
      column = -1;
    },
    cell(given, type, style, value) {
      column = given ?? column + 1;
      const text = value === '' ? '' : show(type, style, value);
      if (text === '') return;
      if (row.last < 0) row.first = column;
      else for (let gap = Math.min(column - row.last - 1, MAX_GAP); gap > 0; gap--) row.cells.push('');
      row.last = column;
      row.cells.push(text);
      if (type === '' || type === 'n' || type === 'b' || type === 'd') row.textual = false;
    },
    end() {
      if (row.last >= 0) emit(row);
      row = { ...row, last: -1, cells: [] };
    },
  };
}

/** Scan events of a worksheet, or of one cell, for a builder: the general way in. */
export function rowEvents(builder: RowBuilder): XmlEvents {
  let type = '';
  let style = 0;
  let column: number | undefined;
  let value = '';
  let keep = false;
  let phonetic = false;
  return {
    open(name, attributes) {
      if (name === 'c') {
        type = attribute(attributes, 't') ?? '';
        style = Number(attribute(attributes, 's') ?? 0);
        const reference = attribute(attributes, 'r');
        column = reference === undefined ? undefined : columnOf(reference);
        value = '';
      } else if (name === 'v') keep = true;
      else if (name === 't') keep = !phonetic;
      else if (name === 'rPh') phonetic = true;
      else if (name === 'row') {
        const reference = attribute(attributes, 'r');
        builder.start(reference === undefined ? undefined : Number(reference));
      }
    },
    close(name) {
      if (name === 'c') builder.cell(column, type, style, value);
      else if (name === 'v' || name === 't') keep = false;
      else if (name === 'rPh') phonetic = false;
      else if (name === 'row') builder.end();
    },
    text(text) {
      if (keep) value += text;
    },
  };
}

/** Of the letters of a reference like `AB12`, from an offset on. From 0. */
export function columnOf(reference: string, from = 0): number {
  let column = 0;
  for (let at = from; at < reference.length; at++) {
    const letter = reference.charCodeAt(at) & 0xdf;
    if (letter < 65 || letter > 90) break;
    column = column * 26 + letter - 64;
  }
  return column - 1;
}

/** `A`, …, `Z`, `AA` for 0, …, 25, 26. */
export function columnName(column: number): string {
  return column < 26
    ? String.fromCharCode(65 + column)
    : columnName(Math.floor(column / 26) - 1) + columnName(column % 26);
}
