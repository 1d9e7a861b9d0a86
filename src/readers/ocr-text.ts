import type { Line, Recognition } from '../ocr/ocr.ts';
import { readingOrder } from './ocr-order.ts';

/** What a page or an image says. */
export interface OcrText {
  /** Lines of a paragraph end with a line feed, paragraphs with two; empty if nothing was found. */
  text: string;
  /** Mean over characters, rounded to hundredths. */
  confidence: number;
}

/**
 * A gap of more than this × line height begins a paragraph, a line this much higher or lower does too. Heights are those of the
 * detector's boxes, 1 + its margin times what its network marks: another margin needs another gap, for the same pitch of lines.
 */
const PARAGRAPH_GAP = 0.82;
const OTHER_SIZE = 1.35;
const HAN = '\\p{Script=Han}，。、；：？！”’）》」』';
const HAN_END = new RegExp(`[${HAN}]$`, 'u');
const HAN_START = new RegExp(`^[${HAN}“‘（《「『]`, 'u');

export function ocrText({ lines }: Recognition): OcrText {
  let text = '';
  for (const column of readingOrder(lines)) {
    let above: Line[] | undefined;
    for (const row of column) {
      const words = row.map((line) => line.text.trim()).join(' ');
      text = above === undefined ? addParagraph(text, words) : addLine(text, words, above, row);
      above = row;
    }
  }
  const letters = lines.reduce((sum, line) => sum + line.text.length, 0);
  const sure = lines.reduce((sum, line) => sum + line.text.length * line.confidence, 0);
  return {
    text: text === '' ? '' : `${text}\n`,
    confidence: letters === 0 ? 0 : Math.round((100 * sure) / letters) / 100,
  };
}

function addParagraph(text: string, words: string): string {
  return text === '' ? words : `${text}\n\n${words}`;
}

function addLine(text: string, words: string, above: Line[], row: Line[]): string {
  const gap = Math.min(...row.map(top)) - Math.max(...above.map(bottom));
  const [high, low] = [heightOf(above), heightOf(row)];
  if (gap > PARAGRAPH_GAP * Math.min(high, low) || Math.max(high, low) > OTHER_SIZE * Math.min(high, low))
    return addParagraph(text, words);
  // Chinese goes on without a space; a word cut at the end of a line is made whole.
  if (HAN_END.test(text) && HAN_START.test(words)) return text + words;
  if (/\p{Ll}-$/u.test(text) && /^\p{Ll}/u.test(words)) return text.slice(0, -1) + words;
  return `${text}\n${words}`;
}

const top = ({ box }: Line): number => box.y - box.height / 2;
const bottom = ({ box }: Line): number => box.y + box.height / 2;
const heightOf = (row: Line[]): number => Math.max(...row.map(({ box }) => box.height));
