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

/** Scan events of a worksheet in, rows with a value out. */
export function rowEvents(book: Book, emit: (row: Row) => void): XmlEvents {
  const shown = new Map<string, string>();
  let row: Row = { number: 0, first: 0, last: -1, cells: [], textual: true };
  let type = '';
  let style = 0;
  let column = -1;
  let value = '';
  let keep = false;
  let phonetic = false;
  const number = () => {
    const pattern = book.formats[style] ?? 'General';
    if (pattern === 'General' && value.length <= 11) return showNumber(value, pattern, book.date1904);
    const key = `${style} ${value}`;
    let text = shown.get(key);
    if (text === undefined) {
      if (shown.size > 20_000) shown.clear();
      text = showNumber(value, pattern, book.date1904);
      shown.set(key, text);
    }
    return text;
  };
  const cell = () => {
    if (value === '') return;
    let text: string;
    if (type === 's') text = book.strings[Number(value)] ?? '';
    else if (type === 'b') text = value === '0' ? 'FALSE' : 'TRUE';
    else if (type === '' || type === 'n') text = number();
    else text = cellText(value);
    if (text === '') return;
    if (row.last < 0) row.first = column;
    else for (let gap = Math.min(column - row.last - 1, MAX_GAP); gap > 0; gap--) row.cells.push('');
    row.last = column;
    row.cells.push(text);
    if (type === '' || type === 'n' || type === 'b' || type === 'd') row.textual = false;
  };
  return {
    open(name, attributes) {
      switch (name) {
        case 'c': {
          type = attribute(attributes, 't') ?? '';
          style = Number(attribute(attributes, 's') ?? 0);
          const reference = attribute(attributes, 'r');
          column = reference === undefined ? column + 1 : columnOf(reference);
          value = '';
          break;
        }
        case 'v':
          keep = true;
          break;
        case 't':
          keep = !phonetic;
          break;
        case 'rPh':
          phonetic = true;
          break;
        case 'row':
          row = {
            number: Number(attribute(attributes, 'r') ?? row.number + 1),
            first: 0,
            last: -1,
            cells: [],
            textual: true,
          };
          column = -1;
          break;
      }
    },
    close(name) {
      switch (name) {
        case 'c':
          cell();
          break;
        case 'v':
        case 't':
          keep = false;
          break;
        case 'rPh':
          phonetic = false;
          break;
        case 'row':
          if (row.last >= 0) emit(row);
          break;
      }
    },
    text(text) {
      if (keep) value += text;
    },
  };
}

function columnOf(reference: string): number {
  let column = 0;
  for (let at = 0; at < reference.length; at++) {
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
