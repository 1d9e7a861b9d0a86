/**
 * Model tokens of a text by its looks, about 50 times as fast as counting them. The weights are a least-squares fit against the
 * built-in tokenizer over English, Chinese, manuals and source code.
 */
export interface Estimate {
  tokens: number;
  /** Where the budget was used up, or the end given. */
  end: number;
}

const isLower = (unit: number): boolean => unit >= 97 && unit <= 122;
const isUpper = (unit: number): boolean => unit >= 65 && unit <= 90;

const WORD = 1.1;
const LETTER_BEYOND_6 = 0.48;
const CAPITAL = 0.4;
const DIGIT = 0.75;
const PUNCTUATION = 0.45;
const HAN = 0.85;
const OTHER = 1.1;
/** White space is free for the model, not for us: a megabyte of it must not become one passage. */
const WHITE = 0.005;

/** Walks from `from` until `budget` tokens are spent. */
export function estimate(text: string, from = 0, end = text.length, budget = Number.POSITIVE_INFINITY): Estimate {
  let sum = 0;
  let letters = 0;
  for (let i = from; i < end; i++) {
    const unit = text.charCodeAt(i);
    let cost = WHITE;
    if (isLower(unit) || isUpper(unit)) {
      letters++;
      if (letters === 1) cost = WORD;
      else if (letters > 6) cost = LETTER_BEYOND_6;
      else cost = 0;
      if (letters > 1 && isUpper(unit)) cost += CAPITAL;
    } else {
      letters = 0;
      if (unit > 32) {
        if (unit >= 48 && unit <= 57) cost = DIGIT;
        else if (unit < 127 || (unit >= 0x3000 && unit < 0x3040) || unit >= 0xff00) cost = PUNCTUATION;
        else if (unit >= 0x3400 && unit < 0xa000) cost = HAN;
        else cost = OTHER;
      }
    }
    sum += cost;
    if (sum > budget) return { tokens: sum - cost, end: i };
  }
  return { tokens: sum, end };
}
