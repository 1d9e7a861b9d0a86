// `src/text/scan.ts`, rule for rule.
import { SCRIPTS } from './layout';

export const SEPARATOR: u32 = 1;
export const WORD: u32 = 2;
export const NUMERAL: u32 = 6;

const LONGEST: i32 = 256;

/** Address of the text that is scanned. */
let text: usize = 0;

export function begin(at: usize): void {
  text = at;
}

@inline
export function addressOf(at: i32): usize {
  return text + (<usize>at << 1);
}

/** The script of the character at an offset, where the table does not know it. */
@external('env', 'script')
declare function ask(at: i32): u32;

@inline
export function unitAt(at: i32): u32 {
  return load<u16>(addressOf(at));
}

@inline
export function script(at: i32): u32 {
  const known: u32 = load<u8>(SCRIPTS + unitAt(at));
  return known != 0 ? known : ask(at);
}

/** Units of the character at `at`. */
@inline
export function width(at: i32, length: i32): i32 {
  return (unitAt(at) & 0xfc00) == 0xd800 && at + 1 < length && (unitAt(at + 1) & 0xfc00) == 0xdc00 ? 2 : 1;
}

@inline
function isDigit(unit: u32): bool {
  return unit - 48 < 10;
}

/** `.` `-` `/` `\` `@` `'` `’` `‐` `‑` */
function isJoiner(unit: u32): bool {
  return (unit >= 45 && unit <= 47) || unit == 92 || unit == 64 || unit == 39 || unit == 0x2019 || unit == 0x2010 || unit == 0x2011;
}

/** Exactly three digits. */
function isThousands(at: i32, length: i32): bool {
  if (at + 3 > length) return false;
  for (let k = 0; k < 3; k++) if (!isDigit(unitAt(at + k))) return false;
  return at + 3 == length || !isDigit(unitAt(at + 3));
}

function joiner(at: i32, length: i32): i32 {
  const unit = unitAt(at);
  let end = at + 1;
  if (unit == 95) {
    while (end < length && unitAt(end) == 95) end++;
  } else if (unit == 44) {
    if (!isDigit(unitAt(at - 1)) || !isThousands(end, length)) return 0;
  } else if (!isJoiner(unit)) return 0;
  return end < length && script(end) == WORD ? end - at : 0;
}

function sigil(start: i32, end: i32, length: i32): i32 {
  if (end >= length) return 0;
  const unit = unitAt(end);
  const size = unit == 35 && end - start == 1 ? 1 : unit == 43 && end + 1 < length && unitAt(end + 1) == 43 ? 2 : 0;
  if (size == 0 || isDigit(unitAt(end - 1))) return 0;
  return end + size < length && script(end + size) == WORD ? 0 : size;
}

export function wordEnd(start: i32, length: i32): i32 {
  let i = start;
  while (i < length) {
    if (script(i) == WORD) {
      i += width(i, length);
      if (i - start >= LONGEST) return i;
    } else {
      const jump = i - start < LONGEST / 2 ? joiner(i, length) : 0;
      if (jump == 0) break;
      i += jump;
    }
  }
  return i + sigil(start, i, length);
}

/** End of a run of one script that is neither words nor separators. */
export function runEnd(kind: u32, start: i32, length: i32): i32 {
  let i = start + width(start, length);
  while (kind != NUMERAL && i < length && i - start < LONGEST && script(i) == kind) i += width(i, length);
  return i;
}
