/** A text being typed, and where the cursor stands in it, in UTF-16 units, between graphemes. */
export interface Line {
  text: string;
  cursor: number;
}

export const EMPTY: Line = { text: '', cursor: 0 };

/** What the user sees as one character: an emoji of five code points, a letter with its accents. */
function boundaries(text: string): number[] {
  const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' });
  return [...Array.from(segmenter.segment(text), ({ index }) => index), text.length];
}

export function insert({ text, cursor }: Line, added: string): Line {
  return { text: text.slice(0, cursor) + added + text.slice(cursor), cursor: cursor + added.length };
}

export function left({ text, cursor }: Line): Line {
  return { text, cursor: boundaries(text).findLast((at) => at < cursor) ?? 0 };
}

export function right({ text, cursor }: Line): Line {
  return { text, cursor: boundaries(text).find((at) => at > cursor) ?? text.length };
}

export function home({ text, cursor }: Line): Line {
  return { text, cursor: text.lastIndexOf('\n', cursor - 1) + 1 };
}

export function end({ text, cursor }: Line): Line {
  const at = text.indexOf('\n', cursor);
  return { text, cursor: at < 0 ? text.length : at };
}

export function backspace(line: Line): Line {
  const { cursor } = left(line);
  return { text: line.text.slice(0, cursor) + line.text.slice(line.cursor), cursor };
}

export function remove(line: Line): Line {
  const { cursor: end } = right(line);
  return { text: line.text.slice(0, line.cursor) + line.text.slice(end), cursor: line.cursor };
}

/** The word before the cursor, and the white space before it. */
export function removeWord({ text, cursor }: Line): Line {
  const kept = text.slice(0, cursor).replace(/(?:[\p{L}\p{N}_]+|[^\p{L}\p{N}_\s]+)?\s*$/u, '');
  return { text: kept + text.slice(cursor), cursor: kept.length };
}

export function removeToStart({ text, cursor }: Line): Line {
  const { cursor: start } = home({ text, cursor });
  return { text: text.slice(0, start) + text.slice(cursor), cursor: start };
}
