/** Lines shorter than this, folded, are found in too many places. */
const SHORTEST_LINE = 4;

/**
 * Where a quote of the extracted text stands in a page's own text: ranges of UTF-16 offsets. Extraction joins hyphens, expands
 * ligatures, drops running heads and puts columns in order, so both are compared without spaces, hyphens and marks, and a quote
 * that is not found as a whole is looked for line by line. `before` tells equal quotes apart.
 */
export function quoteRanges(page: string, quote: string, before: string): [number, number][] {
  const text = folded(page);
  const wanted = folded(quote).letters;
  if (wanted === '') return [];
  const lead = folded(before).letters;
  const range = (from: number, length: number): [number, number] => [text.at[from]!, text.at[from + length - 1]! + 1];
  const behind = text.letters.indexOf(lead + wanted);
  const whole = behind >= 0 ? behind + lead.length : text.letters.indexOf(wanted);
  if (whole >= 0) return [range(whole, wanted.length)];
  let from = 0;
  return quote.split('\n').flatMap((line) => {
    const { letters } = folded(line);
    const at = letters.length < SHORTEST_LINE ? -1 : text.letters.indexOf(letters, from);
    if (at < 0) return [];
    from = at + letters.length;
    return [range(at, letters.length)];
  });
}

/** What is compared, and where each letter of it came from. */
function folded(text: string): { letters: string; at: number[] } {
  let letters = '';
  const at: number[] = [];
  for (let i = 0; i < text.length; ) {
    const char = String.fromCodePoint(text.codePointAt(i)!);
    const plain = char
      .normalize('NFKC')
      .toLowerCase()
      .replace(/[\s\p{Cc}\p{Cf}\p{Pd}\ufffe]/gu, '');
    for (let unit = 0; unit < plain.length; unit++) at.push(i);
    letters += plain;
    i += char.length;
  }
  return { letters, at };
}
