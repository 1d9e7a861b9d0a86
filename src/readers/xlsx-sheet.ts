import type { TextDecoder } from 'node:util';
import { partDecoder } from './parts.ts';
import { columnOf, type RowBuilder, rowEvents } from './xlsx-rows.ts';
import { attribute, xmlScanner } from './xml.ts';

export interface SheetScanner {
  /** Bytes of the part, as they come. */
  push(piece: Uint8Array): void;
  end(): void;
}

/**
 * A scanner for `<sheetData>` alone, 3× the general one on long sheets, where nearly all of the bytes are `<c><v>…</v></c>`. It works on
 * a byte a character and decodes what can hold more than ASCII. Sheets with namespace prefixes or in UTF-16, and cells with anything
 * but a plain value, go the general way.
 */
export function sheetScanner(builder: RowBuilder): SheetScanner {
  const general = xmlScanner(rowEvents(builder));
  let decoder: TextDecoder | undefined;
  let rest = '';
  let plain: boolean | undefined;
  const generally = (bytes: Uint8Array) => {
    decoder ??= partDecoder(bytes);
    general.push(decoder.decode(bytes, { stream: true }));
  };
  return {
    push(piece) {
      if (plain === false) return generally(piece);
      const source = rest + Buffer.from(piece.buffer, piece.byteOffset, piece.length).toString('latin1');
      plain ??= isPlain(source);
      if (plain === false) {
        generally(Buffer.from(source, 'latin1'));
        rest = '';
      } else rest = plain ? source.slice(scanRows(source, builder)) : source;
    },
    end() {
      if (plain === undefined) generally(Buffer.from(rest, 'latin1'));
      general.end();
    },
  };
}

/** Undefined as long as the rows have not begun. */
function isPlain(source: string): boolean | undefined {
  if (/^(\xff\xfe|\xfe\xff)/.test(source)) return false;
  const start = /<([\w:]*)sheetData[\s/>]/.exec(source);
  return start === null ? undefined : start[1] === '';
}

const LESS = '<';
const utf8 = (bytes: string) => (/[\x80-\xff]/.test(bytes) ? Buffer.from(bytes, 'latin1').toString('utf8') : bytes);

/** Reports complete rows and cells; returns where the incomplete rest starts. */
function scanRows(source: string, builder: RowBuilder): number {
  let at = source.indexOf(LESS);
  while (at >= 0) {
    const next = source.charCodeAt(at + 1) === 99 ? cell(source, at, builder) : element(source, at, builder);
    if (next < 0) return at;
    at = source.charCodeAt(next) === 60 ? next : source.indexOf(LESS, next);
  }
  return source.length;
}

/** `<c …>`: the position behind the cell, or -1 if it is not complete. */
function cell(source: string, at: number, builder: RowBuilder): number {
  const after = source.charCodeAt(at + 2);
  let column: number | undefined;
  let type = '';
  let style = 0;
  let i = at + 2;
  for (; ; i++) {
    const name = source.charCodeAt(i);
    if (name === 62) break;
    if (Number.isNaN(name)) return -1;
    if (name <= 32 || source.charCodeAt(i + 1) !== 61) continue;
    const from = i + 3;
    const to = source.indexOf(source.charCodeAt(i + 2) === 39 ? "'" : '"', from);
    if (to < 0) return -1;
    if (name === 114) column = columnOf(source, from);
    else if (name === 116) type = to === from + 1 ? source.charAt(from) : source.slice(from, to);
    else if (name === 115) style = Number(source.slice(from, to));
    i = to;
  }
  // `<col>`, `<cols>` and other names that start with c.
  if (after > 62 || (after > 47 && after < 62)) return i + 1;
  if (source.charCodeAt(i - 1) === 47) {
    if (column === undefined) builder.cell(undefined, '', 0, '');
    return i + 1;
  }
  const value = source.startsWith('<v>', i + 1) ? i + 4 : -1;
  const close = value < 0 ? -1 : source.indexOf(LESS, value);
  if (close >= 0 && source.startsWith('</v></c>', close)) {
    const text = source.slice(value, close);
    const ascii = type === '' || type === 's' || type === 'n';
    if (type !== 'inlineStr' && (ascii || !text.includes('&'))) {
      builder.cell(column, type, style, ascii ? text : utf8(text));
      return close + 8;
    }
  }
  return otherCell(source, at, i, { column, type, style }, builder);
}

interface CellStart {
  column: number | undefined;
  type: string;
  style: number;
}

/** A cell with more than a value in it: a formula before the value, or a text of its own. */
function otherCell(source: string, at: number, close: number, start: CellStart, builder: RowBuilder): number {
  const end = source.indexOf('</c>', close);
  if (end < 0) return -1;
  const inline = start.type === 'inlineStr';
  const [before, behind] = inline ? ['<t>', '</t></is>'] : ['<v>', '</v>'];
  const last = end - behind.length;
  const open = source.startsWith(behind, last) ? source.lastIndexOf(before, last) : -1;
  const value = open > close ? source.slice(open + 3, last) : LESS;
  if (!value.includes('&') && !value.includes(LESS) && !(inline && open !== close + 5)) {
    builder.cell(start.column, start.type, start.style, utf8(value));
    return end + 4;
  }
  const scanner = xmlScanner(rowEvents(builder));
  scanner.push(utf8(source.slice(at, end + 4)));
  return end + 4;
}

/** Anything but a cell: of interest are only rows. */
function element(source: string, at: number, builder: RowBuilder): number {
  const second = source.charCodeAt(at + 1);
  const comment = second === 33 && source.startsWith('<!--', at);
  const close = source.indexOf(comment ? '-->' : '>', at);
  if (close < 0) return -1;
  if (second === 114 && source.startsWith('<row', at) && source.charCodeAt(at + 4) <= 62) {
    const reference = attribute(source.slice(at + 4, close), 'r');
    builder.start(reference === undefined ? undefined : Number(reference));
  } else if (second === 47 && source.startsWith('</row>', at)) builder.end();
  return close + 1;
}
