/** A page's characters: UTF-16 text as PDFium orders it, and for each unit its box (left, bottom, right, top; y upwards). */
export interface PageChars {
  text: string;
  boxes: Float32Array;
}

/** A stretch of one line without a wide gap in it. Offsets into the text; what separates it from the next is in `ends`. */
export interface Stretch {
  start: number;
  end: number;
  left: number;
  right: number;
  bottom: number;
  top: number;
  /** `gap`: the line goes on behind a gap. `hyphen`: its last word goes on in the next line. */
  ends: 'line' | 'gap' | 'hyphen';
}

const HYPHEN = 0xfffe;

/** Cuts the lines at gaps wider than a letter is high: columns and cells, never words. */
export function stretches({ text, boxes }: PageChars): Stretch[] {
  const found: Stretch[] = [];
  let open: Stretch | undefined;
  let last = 0;
  const close = (ends: Stretch['ends']) => {
    if (open) found.push({ ...open, ends });
    open = undefined;
  };
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 10 || code === 13) close('line');
    else if (code === HYPHEN) {
      if (open) open.end = i + 1;
      close('hyphen');
    } else if (code !== 32 && code !== 0xa0) {
      const [left, bottom, right, top] = [boxes[i * 4]!, boxes[i * 4 + 1]!, boxes[i * 4 + 2]!, boxes[i * 4 + 3]!];
      if (open && apart(boxes, last, i)) close('gap');
      if (open) {
        open.end = i + 1;
        open.left = Math.min(open.left, left);
        open.right = Math.max(open.right, right);
        open.bottom = Math.min(open.bottom, bottom);
        open.top = Math.max(open.top, top);
      } else open = { start: i, end: i + 1, left, bottom, right, top, ends: 'line' };
      last = i;
    }
  }
  close('line');
  return found;
}

/** True if a gap or a jump lies between two characters. Text from right to left moves backwards, but not far. */
function apart(boxes: Float32Array, a: number, b: number): boolean {
  const height = Math.max(boxes[a * 4 + 3]! - boxes[a * 4 + 1]!, boxes[b * 4 + 3]! - boxes[b * 4 + 1]!);
  const distance = Math.max(boxes[b * 4]! - boxes[a * 4 + 2]!, boxes[a * 4]! - boxes[b * 4 + 2]!);
  const rise = overlap(boxes[a * 4 + 1]!, boxes[a * 4 + 3]!, boxes[b * 4 + 1]!, boxes[b * 4 + 3]!);
  if (rise > 0) return distance > height;
  // Upwards, letter on letter: a line that is turned, as in a margin.
  const aligned = overlap(boxes[a * 4]!, boxes[a * 4 + 2]!, boxes[b * 4]!, boxes[b * 4 + 2]!) > 0.6 * width(boxes, b);
  return !aligned || boxes[b * 4 + 1]! < boxes[a * 4 + 1]! || -rise > height;
}

const width = (boxes: Float32Array, i: number) => boxes[i * 4 + 2]! - boxes[i * 4]!;

export const overlap = (low1: number, high1: number, low2: number, high2: number) =>
  Math.min(high1, high2) - Math.max(low1, low2);

/** True if two stretches stand in one row. */
export function sameRow(a: Stretch, b: Stretch): boolean {
  return overlap(a.bottom, a.top, b.bottom, b.top) > 0.5 * Math.min(a.top - a.bottom, b.top - b.bottom);
}

/** True if `b` goes on where `a` ends, raised or lowered: an exponent, a mark of a footnote, and what follows it. */
export function continues(a: Stretch, b: Stretch): boolean {
  const [small, large] = [a, b].map((one) => one.top - one.bottom).sort((x, y) => x - y) as [number, number];
  const shared = overlap(a.bottom, a.top, b.bottom, b.top);
  const gap = b.left - a.right;
  return shared > 0.35 * small && gap > -0.3 * large && gap < 0.3 * large;
}
