import type { Pixels } from '../ocr.ts';
import type { Decoded } from './decode.ts';

/** Of the line's height: a gap between words is at least this wide, one between letters at most that. */
const WORD_GAP = 0.15;
const LETTER_GAP = 0.06;
/** Widely set letters have gaps of their own: words are this much further apart than most letters are. */
const WIDER = 2.2;
/** Of the range from paper to ink: a column with less than this is empty. */
const FAINT = 0.2;
/** Letters that are written in words. */
const SPACED = /[\p{Script=Latin}\p{Script=Cyrillic}\p{Script=Greek}\p{N}]/u;

/**
 * Puts the spaces between words where the image has them. The recogniser was trained on Chinese first: it leaves spaces out of English
 * that is blurred or compressed, and at low resolution it puts some into words. `decoded.steps` count `scale` pixels each.
 */
export function spaceWords(line: Pixels, decoded: Decoded, scale: number): Decoded {
  const letters = [...decoded.text].map((character, i) => ({ character, x: (decoded.steps[i]! + 0.5) * scale }));
  const written = letters.filter(({ character }) => character !== ' ');
  if (written.filter(({ character }) => SPACED.test(character)).length < 4) return decoded;
  const ink = inkOf(line);
  const gaps = written.slice(1).map(({ x }, i) => widestGap(ink, written[i]!.x, x));
  const usual = gaps.toSorted((a, b) => a - b)[Math.floor(gaps.length / 2)]!;
  const wide = Math.max(WORD_GAP * line.height, WIDER * usual);
  let text = '';
  let at = -1;
  for (const { character } of letters) {
    if (character !== ' ') {
      at++;
      const before = written[at - 1]?.character;
      const between = before !== undefined && belongs(before, character);
      if (between && gaps[at - 1]! >= wide && !text.endsWith(' ')) text += ' ';
      text += character;
    } else if (at >= 0 && at < gaps.length && gaps[at]! >= LETTER_GAP * line.height) text += ' ';
  }
  return { ...decoded, text };
}

/** Whether a gap between the two is a space: a letter or digit on one side, nothing Chinese on either. */
function belongs(a: string, b: string): boolean {
  return (SPACED.test(a) && !wideScript(b)) || (SPACED.test(b) && !wideScript(a));
}

function wideScript(character: string): boolean {
  return /[\p{Script=Han}\u3000-\u303f\uff00-\uffef]/u.test(character);
}

/** For each column how far it is from paper, 0 to 1; the paper's own grain is 0. */
function inkOf({ width, height, data }: Pixels): Float32Array {
  const from = Math.floor(height * 0.12);
  const to = Math.ceil(height * 0.88);
  const grey = (x: number, y: number) => {
    const at = (y * width + x) * 3;
    return data[at]! * 0.3 + data[at + 1]! * 0.59 + data[at + 2]! * 0.11;
  };
  const spread = new Float32Array(width);
  for (let x = 0; x < width; x++) {
    let sum = 0;
    for (let y = from; y < to; y++) sum += grey(x, y);
    const mean = sum / (to - from);
    let deviation = 0;
    for (let y = from; y < to; y++) deviation += (grey(x, y) - mean) ** 2;
    spread[x] = Math.sqrt(deviation / (to - from));
  }
  const sorted = spread.toSorted();
  const paper = sorted[Math.floor(width * 0.06)]!;
  const full = sorted[Math.floor(width * 0.8)]!;
  return spread.map((value) => Math.max(0, (value - paper) / Math.max(1, full - paper)));
}

/** Columns without ink in a row, the most between the two. */
function widestGap(ink: Float32Array, from: number, to: number): number {
  let widest = 0;
  let run = 0;
  for (let x = Math.max(0, Math.floor(from)); x <= Math.min(ink.length - 1, Math.ceil(to)); x++) {
    run = ink[x]! < FAINT ? run + 1 : 0;
    widest = Math.max(widest, run);
  }
  return widest;
}
