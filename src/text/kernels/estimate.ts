// What a character costs in model tokens; src/text/estimate.ts says where the numbers come from.
import { RESULT } from './layout';

const WORD: f64 = 1;
const LETTER_BEYOND_6: f64 = 0.29;
const CAPITAL_INSIDE: f64 = 0.22;
const DIGIT: f64 = 0.33;
const PUNCTUATION: f64 = 1.27;
/** Of rules and leaders; of other signs each is a piece. */
const REPEATED: f64 = 0.11;
const WIDE_PUNCTUATION: f64 = 1.56;
const HAN: f64 = 0.68;
const OTHER: f64 = 1;
/** Beyond it an unbroken run is no word: base64, digests, digits. */
const LONGEST_WORD: i32 = 16;
const BEYOND_WORDS: f64 = 0.62;
/** ㎏ ㈱, and the Arabic ligatures of whole sentences: the model sees what they stand for. */
const COMPATIBLE: f64 = 4;
const SENTENCE_LIGATURE: f64 = 12;
/** Free for the model, not for us: a megabyte of white space must not become one passage. */
const WHITE: f64 = 0.005;

@inline
function isCapital(unit: u32): bool {
  return unit - 65 < 26;
}

@inline
function isLetter(unit: u32): bool {
  return (unit | 32) - 97 < 26;
}

function wideCost(unit: u32): f64 {
  if (unit >= 0x3400 && unit < 0xa000) return HAN;
  if (unit >= 0xfdf0 && unit < 0xfe00) return SENTENCE_LIGATURE;
  if ((unit >= 0x3000 && unit < 0x3040) || unit >= 0xff00) return WIDE_PUNCTUATION;
  return (unit >= 0x3200 && unit < 0x3400) || (unit >= 0xfb00 && unit < 0xfe00) ? COMPATIBLE : OTHER;
}

/** `-` `=` `_` `*` `#` `~` `.` */
@inline
function isLeader(unit: u32): bool {
  return unit == 45 || unit == 61 || unit == 95 || unit == 42 || unit == 35 || unit == 126 || unit == 46;
}

/** Of the text at `text`. Writes tokens and odd tokens (f64) to RESULT; returns where the budget was used up, or `end`. */
export function estimate(text: usize, from: i32, end: i32, budget: f64): i32 {
  let sum: f64 = 0, odd: f64 = 0;
  let letters = 0, run = 0;
  let before: u32 = 0;
  for (let i = from; i < end; i++) {
    const unit: u32 = load<u16>(text + (<usize>i << 1));
    let cost: f64 = 0;
    if (isLetter(unit)) {
      letters++;
      const inside = letters > 1 && isCapital(unit);
      cost = letters == 1 ? WORD : (letters > 6 ? LETTER_BEYOND_6 : 0) + (inside ? CAPITAL_INSIDE : 0);
      if (++run > LONGEST_WORD && cost < BEYOND_WORDS) cost = BEYOND_WORDS;
      if (run > LONGEST_WORD || inside) odd += cost;
    } else if (unit - 48 < 10) {
      letters = 0;
      cost = ++run > LONGEST_WORD ? BEYOND_WORDS : DIGIT;
      odd += cost;
    } else {
      letters = 0;
      run = 0;
      if (unit <= 32) cost = WHITE;
      else if (unit >= 127) cost = wideCost(unit);
      else cost = unit == before && isLeader(unit) ? REPEATED : PUNCTUATION;
      if (unit < 0x3400 || unit >= 0xa000) odd += cost;
    }
    before = unit;
    sum += cost;
    if (sum > budget) {
      end = i;
      sum -= cost;
    }
  }
  store<f64>(RESULT, sum);
  store<f64>(RESULT, odd, 8);
  return end;
}
