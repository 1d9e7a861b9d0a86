export interface Style {
  bold(text: string): string;
  dim(text: string): string;
  mark(text: string): string;
  link(text: string): string;
}

export function styleFor(color: boolean): Style {
  const wrap = (open: number, close: number) => (text: string) =>
    color ? `\u001b[${open}m${text}\u001b[${close}m` : text;
  return { bold: wrap(1, 22), dim: wrap(2, 22), mark: wrap(33, 39), link: wrap(36, 39) };
}

/** Marks `[start, end)` spans of a text, its control characters made harmless. */
export function marked(text: string, spans: [number, number][], mark: (part: string) => string): string {
  let at = 0;
  let result = '';
  for (const [start, end] of spans) {
    result += printable(text.slice(at, start)) + mark(printable(text.slice(start, end)));
    at = end;
  }
  return result + printable(text.slice(at));
}

/** Control characters of a file name or a document must not reach the terminal. */
export function printable(text: string): string {
  return text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, (char) =>
    char === '\r' ? '' : `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );
}

/** A file name on one line. */
export function oneLine(text: string): string {
  return printable(text.replace(/\n/g, '\\n'));
}

/** Pads to a width in terminal columns: Han, kana, hangul, full-width forms and emoji take two. */
export function padded(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - columns(text)));
}

export function columns(text: string): number {
  const wide = text.match(
    /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\u3000-\u303f\uff01-\uff60]|\p{Extended_Pictographic}/gu,
  );
  return [...text].length + (wide?.length ?? 0);
}
