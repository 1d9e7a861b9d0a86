import { scanPieces } from './parts.ts';
import type { Zip } from './zip.ts';

/** The shared strings by index; rich text is joined, phonetic guides are left out. */
export async function sharedStrings(zip: Zip, part: string, signal?: AbortSignal): Promise<string[]> {
  const strings: string[] = [];
  let text = '';
  let keep = false;
  let phonetic = false;
  const events = {
    open(name: string) {
      if (name === 't') keep = !phonetic;
      else if (name === 'rPh') phonetic = true;
    },
    close(name: string) {
      if (name === 't') keep = false;
      else if (name === 'rPh') phonetic = false;
      else if (name === 'si') {
        strings.push(cellText(text));
        text = '';
      }
    },
    text(piece: string) {
      if (keep) text += piece;
    },
  };
  if (part !== '') for await (const _ of scanPieces(zip, part, events, signal));
  return strings;
}

/** A cell is one line of its row; `_x000D_` is how OOXML writes control characters. */
export function cellText(text: string): string {
  const plain = text.includes('_x') ? text.replace(/_x([0-9A-F]{4})_/g, (_, code) => control(code)) : text;
  return /[\n\r\t]| {2}/.test(plain) ? plain.replace(/\s+/g, ' ').trim() : plain.trim();
}

const control = (code: string) => {
  const value = Number.parseInt(code, 16);
  return value < 32 ? ' ' : String.fromCharCode(value);
};
