export interface Estimate {
  tokens: number;
  /** Of them in signs, digits and unbroken runs, where the estimate is least sure. */
  odd: number;
  /** Where the budget was used up, or the end given. */
  end: number;
}

/**
 * What a character costs in model tokens: a least-squares fit against the built-in tokenizer over English and Chinese prose, three
 * manuals and source code. On pieces of 250 tokens the count is .75 to 1.48 times the estimate, .9 to 1.17 in nine of ten.
 */
const WORD = 1;
const LETTER_BEYOND_6 = 0.29;
const CAPITAL_INSIDE = 0.22;
const DIGIT = 0.33;
const PUNCTUATION = 1.27;
const REPEATED = 0.11;
const WIDE_PUNCTUATION = 1.56;
const HAN = 0.68;
const OTHER = 1;
/** Rules and leaders; of other signs each is a piece. */
const LEADERS = new Set('-=_*#~.'.split('').map((sign) => sign.charCodeAt(0)));
/** Beyond it an unbroken run is no word: base64, digests, digits. */
const LONGEST_WORD = 16;
const BEYOND_WORDS = 0.62;
/** ㎏ ㈱, and the Arabic ligatures of whole sentences: the model sees what they stand for. */
const COMPATIBLE = 4;
const SENTENCE_LIGATURE = 12;
/** Free for the model, not for us: a megabyte of white space must not become one passage. */
const WHITE = 0.005;

const isCapital = (unit: number): boolean => unit >= 65 && unit <= 90;
const isLetter = (unit: number): boolean => (unit >= 97 && unit <= 122) || isCapital(unit);

function letterCost(unit: number, nth: number): number {
  if (nth === 1) return WORD;
  return (nth > 6 ? LETTER_BEYOND_6 : 0) + (isCapital(unit) ? CAPITAL_INSIDE : 0);
}

function wideCost(unit: number): number {
  if (unit >= 0x3400 && unit < 0xa000) return HAN;
  if (unit >= 0xfdf0 && unit < 0xfe00) return SENTENCE_LIGATURE;
  if ((unit >= 0x3000 && unit < 0x3040) || unit >= 0xff00) return WIDE_PUNCTUATION;
  return (unit >= 0x3200 && unit < 0x3400) || (unit >= 0xfb00 && unit < 0xfe00) ? COMPATIBLE : OTHER;
}

/** Model tokens of a text by its looks, many times as fast as counting them. Walks from `from` until `budget` is spent. */
export function estimate(text: string, from = 0, end = text.length, budget = Number.POSITIVE_INFINITY): Estimate {
  let sum = 0;
  let odd = 0;
  let letters = 0;
  let run = 0;
  let before = 0;
  for (let i = from; i < end; i++) {
    const unit = text.charCodeAt(i);
    let cost = 0;
    if (isLetter(unit)) {
      cost = letterCost(unit, ++letters);
      if (++run > LONGEST_WORD && cost < BEYOND_WORDS) cost = BEYOND_WORDS;
      if (run > LONGEST_WORD || (letters > 1 && isCapital(unit))) odd += cost;
    } else if (unit >= 48 && unit <= 57) {
      letters = 0;
      cost = ++run > LONGEST_WORD ? BEYOND_WORDS : DIGIT;
      odd += cost;
    } else {
      letters = 0;
      run = 0;
      if (unit <= 32) cost = WHITE;
      else if (unit >= 127) cost = wideCost(unit);
      else cost = unit === before && LEADERS.has(unit) ? REPEATED : PUNCTUATION;
      if (unit < 0x3400 || unit >= 0xa000) odd += cost;
    }
    before = unit;
    sum += cost;
    if (sum > budget) return { tokens: sum - cost, odd, end: i };
  }
  return { tokens: sum, odd, end };
}
