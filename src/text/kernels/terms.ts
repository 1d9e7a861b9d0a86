// Counts a text's terms. What a run counts as is asked for once and remembered; the answers are JavaScript's, so both
// sides of the product have one tokenizer.
import { ANSWER, ENTRIES, ENTRIES_END, FOUND, SEEN, SLOTS, SLOT_MASK } from './layout';
import { addressOf, begin, runEnd, script, SEPARATOR, unitAt, WORD, wordEnd } from './scan';

/** Longer runs hardly ever come again. */
const LONGEST_WORD: i32 = 64;
const LONGEST_RUN: i32 = 12;
const MOST_RUNS: i32 = 0xc000;

let runs: i32 = 0;
let free: usize = ENTRIES;
/** Number of the text that is counted; distinct terms in it so far. */
let text: u32 = 0;
let found: i32 = 0;

/** Writes the numbers of a run's terms to ANSWER and returns how many; a term that comes twice is there twice. */
@external('env', 'terms')
declare function ask(kind: u32, start: i32, end: i32): i32;

/** The numbering starts again. */
export function forget(): void {
  memory.fill(SLOTS, 0, (<usize>SLOT_MASK + 1) << 2);
  runs = 0;
  free = ENTRIES;
}

function hash(kind: u32, start: i32, end: i32): u32 {
  let h: u32 = 0x9e3779b9 ^ kind;
  for (let i = start; i < end; i++) {
    h = (h ^ unitAt(i)) * 0x01000193;
    h ^= h >> 15;
  }
  return h ^ (h >> 13);
}

function add(numbers: usize, n: i32): void {
  for (const end = numbers + (<usize>n << 2); numbers < end; numbers += 4) {
    const number: usize = load<u32>(numbers);
    const seen = SEEN + (number << 3);
    if (load<u32>(seen) == text) {
      const at = FOUND + (<usize>load<u32>(seen, 4) << 3);
      store<u32>(at, load<u32>(at, 4) + 1, 4);
    } else {
      store<u32>(seen, text);
      store<u32>(seen, found, 4);
      const at = FOUND + (<usize>found << 3);
      store<u32>(at, <u32>number);
      store<u32>(at, 1, 4);
      found++;
    }
  }
}

/** An entry: hash, length | kind << 16, number of terms, the terms' numbers, the units. */
function remember(h: u32, kind: u32, start: i32, end: i32, n: i32): void {
  const units = <usize>(end - start) << 1;
  const size = (12 + (<usize>n << 2) + units + 3) & ~3;
  if (runs >= MOST_RUNS || free + size > ENTRIES_END) forget();
  let slot = h & SLOT_MASK;
  while (load<u32>(SLOTS + (<usize>slot << 2)) != 0) slot = (slot + 1) & SLOT_MASK;
  store<u32>(SLOTS + (<usize>slot << 2), <u32>free);
  store<u32>(free, h);
  store<u32>(free, <u32>(end - start) | (kind << 16), 4);
  store<u32>(free, n, 8);
  memory.copy(free + 12, ANSWER, <usize>n << 2);
  memory.copy(free + 12 + (<usize>n << 2), addressOf(start), units);
  free += size;
  runs++;
}

@inline
function sameUnits(a: usize, b: usize, bytes: usize): bool {
  for (let i: usize = 0; i < bytes; i += 2) if (load<u16>(a + i) != load<u16>(b + i)) return false;
  return true;
}

function visit(kind: u32, start: i32, end: i32): void {
  const length = end - start;
  if (length > (kind == WORD ? LONGEST_WORD : LONGEST_RUN)) {
    add(ANSWER, ask(kind, start, end));
    return;
  }
  const h = hash(kind, start, end);
  const what = <u32>length | (kind << 16);
  const from = addressOf(start);
  let slot = h & SLOT_MASK;
  for (;;) {
    const entry = <usize>load<u32>(SLOTS + (<usize>slot << 2));
    if (entry == 0) break;
    if (load<u32>(entry) == h && load<u32>(entry, 4) == what) {
      const n = load<i32>(entry, 8);
      if (sameUnits(entry + 12 + (<usize>n << 2), from, <usize>length << 1)) {
        add(entry + 12, n);
        return;
      }
    }
    slot = (slot + 1) & SLOT_MASK;
  }
  const n = ask(kind, start, end);
  remember(h, kind, start, end, n);
  add(ANSWER, n);
}

/** Counts `length` units at `at` into FOUND (number, count …); returns how many distinct terms there are. */
export function count(at: usize, length: i32): i32 {
  begin(at);
  text++;
  found = 0;
  for (let i = 0; i < length; ) {
    const kind = script(i);
    const start = i;
    if (kind == SEPARATOR) {
      i++;
      continue;
    }
    i = kind == WORD ? wordEnd(i, length) : runEnd(kind, i, length);
    visit(kind, start, i);
  }
  return found;
}
