import stringWidth from 'string-width';

/** Lines of at most `width` terminal columns; Han and emoji take two. Breaks between words, and between any two Han characters. */
export function wrap(text: string, width: number): string[] {
  return text.split('\n').flatMap((line) => wrapLine(line, Math.max(2, width)));
}

function wrapLine(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  let used = 0;
  for (const piece of pieces(text)) {
    const wide = stringWidth(piece);
    if (used + wide > width && line !== '') {
      lines.push(line.trimEnd());
      line = '';
      used = 0;
      if (piece.trim() === '') continue;
    }
    if (wide <= width) {
      line += piece;
      used += wide;
      continue;
    }
    // A word longer than the line, an address for instance.
    for (const { segment } of new Intl.Segmenter(undefined, { granularity: 'grapheme' }).segment(piece)) {
      const one = stringWidth(segment);
      if (used + one > width) {
        lines.push(line);
        line = '';
        used = 0;
      }
      line += segment;
      used += one;
    }
  }
  lines.push(line.trimEnd());
  return lines;
}

/** Words, white space, and single wide characters, each with the closing signs that must not begin a line. */
function pieces(text: string): string[] {
  return (
    text.match(
      /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\u3000-\u303f\uff00-\uffef][，。！？；：、）」』》】”’]*|\s+|[^\s\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\u3000-\u303f\uff00-\uffef]+/gu,
    ) ?? []
  );
}
