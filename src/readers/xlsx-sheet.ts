import { columnOf, type RowBuilder, rowEvents } from './xlsx-rows.ts';
import { attribute, type XmlScanner, xmlScanner } from './xml.ts';

/**
 * A scanner for `<sheetData>` alone, 2× the general one on long sheets, where nearly all of the bytes are `<c><v>…</v></c>`. Sheets
 * with namespace prefixes, and cells with anything but a plain value, go the general way.
 */
export function sheetScanner(builder: RowBuilder): XmlScanner {
  const general = xmlScanner(rowEvents(builder));
  let rest = '';
  let plain: boolean | undefined;
  return {
    push(piece) {
      if (plain === undefined) {
        rest += piece;
        if (!/<[\w:]*sheetData[\s/>]/.test(rest)) return;
        plain = /<sheetData[\s/>]/.test(rest);
        piece = rest;
        rest = '';
      }
      if (!plain) return general.push(piece);
      const source = rest + piece;
      rest = source.slice(scanRows(source, builder));
    },
    end() {
      if (plain === undefined) general.push(rest);
      general.end();
    },
  };
}

const LESS = '<';

/** Reports complete rows and cells; returns where the incomplete rest starts. */
function scanRows(source: string, builder: RowBuilder): number {
  let at = source.indexOf(LESS);
  while (at >= 0) {
    const code = source.charCodeAt(at + 1);
    const next = code === 99 ? cell(source, at, builder) : element(source, at, builder);
    if (next < 0) return at;
    at = source.indexOf(LESS, next);
  }
  return source.length;
}

/** `<c …>`: the position behind the cell, or -1 if it is not complete. */
function cell(source: string, at: number, builder: RowBuilder): number {
  const close = source.indexOf('>', at);
  if (close < 0) return -1;
  const after = source.charCodeAt(at + 2);
  // `<col>`, `<cols>` and other names that start with c.
  if (after > 62 || (after > 47 && after < 62)) return close + 1;
  if (source.charCodeAt(close - 1) === 47) {
    const reference = attribute(source.slice(at + 2, close), 'r');
    if (reference === undefined) builder.cell(undefined, '', 0, '');
    return close + 1;
  }
  const end = source.indexOf('</c>', close);
  if (end < 0) return -1;
  let column: number | undefined;
  let type = '';
  let style = 0;
  for (let i = at + 2; i < close; i++) {
    const name = source.charCodeAt(i);
    if (name <= 32 || source.charCodeAt(i + 1) !== 61) continue;
    const from = i + 3;
    const to = source.indexOf(source.charAt(i + 2), from);
    if (to < 0 || to > close) break;
    if (name === 114) column = columnOf(source.slice(from, to));
    else if (name === 116) type = source.slice(from, to);
    else if (name === 115) style = Number(source.slice(from, to));
    i = to;
  }
  // A plain value closes the cell; anything before it can only be a formula.
  const plain = source.startsWith('</v>', end - 4) && type !== 'inlineStr';
  const open = plain ? source.lastIndexOf('<v>', end - 4) : -1;
  if (open > close) {
    const value = source.slice(open + 3, end - 4);
    if (!value.includes('&') && !value.includes(LESS)) {
      builder.cell(column, type, style, value);
      return end + 4;
    }
  }
  const scanner = xmlScanner(rowEvents(builder));
  scanner.push(source.slice(at, end + 4));
  return end + 4;
}

/** Anything but a cell: of interest are only rows. */
function element(source: string, at: number, builder: RowBuilder): number {
  const comment = source.startsWith('<!--', at);
  const close = source.indexOf(comment ? '-->' : '>', at);
  if (close < 0) return -1;
  if (source.startsWith('<row', at) && source.charCodeAt(at + 4) <= 62) {
    const reference = attribute(source.slice(at + 4, close), 'r');
    builder.start(reference === undefined ? undefined : Number(reference));
  } else if (source.startsWith('</row>', at)) builder.end();
  return close + 1;
}
