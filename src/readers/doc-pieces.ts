import { decode } from './decode.ts';
import { ReadError } from './reader.ts';

/** A run of characters of a Word binary file, and where its bytes stand ([MS-DOC] 2.9.177). */
interface Piece {
  /** First character. */
  cp: number;
  length: number;
  /** Byte offset in the main stream. */
  fc: number;
  /** Bytes a character takes: 1 (windows-1252) or 2 (UTF-16LE). */
  width: number;
}

export interface WordText {
  text: string;
  /** Byte offset in the main stream of a character of `text`. */
  offsetOf(character: number): number;
}

const MAX_TEXT = 200_000_000;

/** The text of all parts of a Word 97–2003 file in one run: body, footnotes, headers, comments, endnotes, text boxes. */
export function readPieces(main: Buffer, table: Buffer): WordText {
  const pieces = pieceTable(table, main.readUInt32LE(0x1a2), main.readUInt32LE(0x1a6));
  let text = '';
  for (const piece of pieces) {
    const bytes = main.subarray(piece.fc, piece.fc + piece.length * piece.width);
    const read = piece.width === 2 ? bytes.toString('utf16le') : decode(bytes, { label: 'windows-1252', mark: 0 });
    text += read.padEnd(piece.length, '\0');
    if (text.length > MAX_TEXT) throw new ReadError('too_large', 'the document claims to hold more text than it can');
  }
  return { text, offsetOf: (character) => offset(pieces, character) };
}

function pieceTable(table: Buffer, start: number, length: number): Piece[] {
  const end = Math.min(table.length, start + length);
  let at = start;
  while (at < end && table[at] === 1) at += 3 + table.readInt16LE(at + 1);
  if (at + 5 > end || table[at] !== 2) throw new ReadError('corrupt', 'the Word document has no text index');
  const size = table.readUInt32LE(at + 1);
  const first = at + 5;
  const count = Math.floor((Math.min(size, end - first) - 4) / 12);
  const pieces: Piece[] = [];
  for (let i = 0; i < count; i++) {
    const cp = table.readUInt32LE(first + i * 4);
    const next = table.readUInt32LE(first + (i + 1) * 4);
    const raw = table.readUInt32LE(first + (count + 1) * 4 + i * 8 + 2);
    const packed = (raw & 0x40000000) !== 0;
    const fc = packed ? (raw & 0x3fffffff) >>> 1 : raw & 0x3fffffff;
    if (next > cp && next - cp < MAX_TEXT) pieces.push({ cp, length: next - cp, fc, width: packed ? 1 : 2 });
  }
  return pieces;
}

function offset(pieces: Piece[], character: number): number {
  let low = 0;
  let high = pieces.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (pieces[middle]!.cp <= character) low = middle;
    else high = middle - 1;
  }
  const piece = pieces[low];
  return piece ? piece.fc + (character - piece.cp) * piece.width : -1;
}
