import { decode } from './decode.ts';

/** Code page by font charset (RTF 1.9.1, `\fcharset`). */
const CHARSETS: Record<number, string> = {
  128: 'shift_jis',
  129: 'euc-kr',
  134: 'gb18030',
  136: 'big5',
  161: 'windows-1253',
  162: 'windows-1254',
  163: 'windows-1258',
  177: 'windows-1255',
  178: 'windows-1256',
  186: 'windows-1257',
  204: 'windows-1251',
  222: 'windows-874',
  238: 'windows-1250',
};
const CODE_PAGES: Record<number, string> = {
  932: 'shift_jis',
  936: 'gb18030',
  949: 'euc-kr',
  950: 'big5',
  874: 'windows-874',
  65001: 'utf-8',
  10000: 'macintosh',
  866: 'ibm866',
};

export interface RtfText {
  write(text: string): void;
  /** One byte in the code page of a font; double-byte characters come as two of them. */
  byte(byte: number, font: number): void;
  /** What was written since the last time. */
  take(): string;
  /** Heading level of a paragraph style. */
  styleLevel(style: number): number | undefined;
}

/** Collects text, decoding runs of bytes with the encoding of their font. */
export function rtfText(source: string): RtfText {
  const page = Number(/\\ansicpg(\d+)/.exec(source.slice(0, 4096))?.[1] ?? 1252);
  const ansi = CODE_PAGES[page] ?? `windows-${page}`;
  const fonts = fontEncodings(source);
  const styles = styleLevels(source);
  let text = '';
  let bytes: number[] = [];
  let encoding = ansi;
  const flush = () => {
    if (bytes.length === 0) return;
    text += decodeBytes(bytes, encoding);
    bytes = [];
  };
  return {
    write(value) {
      // The second byte of a double-byte character may be written as plain ASCII.
      const lead =
        bytes.length === 1 &&
        value !== '' &&
        value.charCodeAt(0) < 128 &&
        /^(shift_jis|gb18030|big5|euc-kr)$/.test(encoding);
      if (lead && value.charCodeAt(0) >= 0x40) {
        bytes.push(value.charCodeAt(0));
        flush();
        text += value.slice(1);
        return;
      }
      flush();
      text += value;
    },
    byte(byte, font) {
      const next = fonts.get(font) ?? ansi;
      if (next !== encoding) flush();
      encoding = next;
      bytes.push(byte);
      if (bytes.length > 4096) flush();
    },
    take() {
      flush();
      const taken = text;
      text = '';
      return taken;
    },
    styleLevel: (style) => styles.get(style),
  };
}

function decodeBytes(bytes: number[], label: string): string {
  try {
    return decode(Uint8Array.from(bytes), { label, mark: 0 });
  } catch {
    return decode(Uint8Array.from(bytes), { label: 'windows-1252', mark: 0 });
  }
}

function fontEncodings(source: string): Map<number, string> {
  const found = new Map<number, string>();
  const start = source.indexOf('\\fonttbl');
  if (start < 0) return found;
  for (const [, font, charset] of source.slice(start, start + 65_536).matchAll(/\{\\f(\d+)[^{}]*?\\fcharset(\d+)/g)) {
    const encoding = CHARSETS[Number(charset)];
    if (encoding) found.set(Number(font), encoding);
  }
  return found;
}

/** Styles named `heading 1` and the like, or with an outline level. */
function styleLevels(source: string): Map<number, number> {
  const found = new Map<number, number>();
  const start = source.indexOf('\\stylesheet');
  if (start < 0) return found;
  for (const [, style, body] of source.slice(start, start + 262_144).matchAll(/\{\\s(\d+)\b([^{}]*)/g)) {
    const level = /\bheading (\d)/i.exec(body!)?.[1] ?? outline(body!);
    if (level) found.set(Number(style), Number(level));
  }
  return found;
}

function outline(body: string): number | undefined {
  const value = /\\outlinelevel(\d+)/.exec(body)?.[1];
  return value === undefined || Number(value) >= 9 ? undefined : Number(value) + 1;
}
