export type RtfToken =
  | { type: 'open' | 'close' | 'star' }
  | { type: 'word'; word: string; value: number | undefined }
  | { type: 'byte'; byte: number }
  | { type: 'text'; text: string };

const WORD = /([a-zA-Z]{1,32})(-?\d{1,10})? ?/y;
const PLAIN = /[^\\{}\r\n\0]+/y;

/** The tokens of RTF source read as Latin-1. Binary data (`\binN`) is jumped over. */
export function* rtfTokens(source: string): Generator<RtfToken> {
  for (let at = 0; at < source.length; ) {
    const code = source.charCodeAt(at);
    if (code === 123) {
      yield { type: 'open' };
      at++;
    } else if (code === 125) {
      yield { type: 'close' };
      at++;
    } else if (code === 92) {
      WORD.lastIndex = at + 1;
      const match = WORD.exec(source);
      if (match) {
        const value = match[2] === undefined ? undefined : Number(match[2]);
        at = WORD.lastIndex;
        if (match[1] === 'bin') at += Math.max(0, value ?? 0);
        else yield { type: 'word', word: match[1]!, value };
      } else {
        at = yield* symbol(source, at);
      }
    } else if (code === 13 || code === 10 || code === 0) at++;
    else {
      PLAIN.lastIndex = at;
      const text = PLAIN.exec(source)![0];
      at += text.length;
      yield { type: 'text', text };
    }
  }
}

/** A backslash and one sign. Returns the position behind it. */
function* symbol(source: string, at: number): Generator<RtfToken, number> {
  const sign = source.charAt(at + 1);
  if (sign === "'") {
    const byte = Number.parseInt(source.slice(at + 2, at + 4), 16);
    if (byte >= 0) yield { type: 'byte', byte };
    return at + 4;
  }
  if (sign === '*') yield { type: 'star' };
  else if (sign === '~') yield { type: 'text', text: ' ' };
  else if (sign === '_') yield { type: 'text', text: '-' };
  else if (sign === '\n' || sign === '\r') yield { type: 'word', word: 'par', value: undefined };
  else if (sign === '{' || sign === '}' || sign === '\\') yield { type: 'text', text: sign };
  return at + 2;
}
