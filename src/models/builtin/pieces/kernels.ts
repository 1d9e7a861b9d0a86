// Counts a text's pieces: `../tokenizer.ts`, rule for rule, AssemblyScript compiled to WebAssembly (`node src/build/kernels.mjs`).
// `../piece-counter.ts` lays out the memory.

/** What a character outside every piece costs below the worst piece: sentencepiece's kUnkPenalty. */
const UNKNOWN_PENALTY: f64 = 10;
const UNKNOWN: u32 = 3;
const WORD_START: u32 = 0x2581;

/** Hash table of words: 2^16 addresses of entries, and the entries. */
const SLOTS: usize = 0x1000;
const SLOT_MASK: u32 = 0xffff;
const ENTRIES: usize = 0x41000;
const ENTRIES_END: usize = 0x240000;
const MOST_WORDS: i32 = 0xa000;
/** Longer words hardly ever come again. */
const LONGEST_WORD: i32 = 48;

let words: i32 = 0;
let free: usize = ENTRIES;

let first: usize = 0;
let roots: usize = 0;
let scores: usize = 0;
let units: usize = 0;
let ends: usize = 0;
let scale: f64 = 1;
let lowest: f64 = 0;

/** Addresses of the vocabulary's arrays (see ../trie.ts). */
export function open(
  firstAt: usize, rootsAt: usize, scoresAt: usize, unitsAt: usize, endsAt: usize, scoreScale: f64, lowestScore: f64,
): void {
  first = firstAt;
  roots = rootsAt;
  scores = scoresAt;
  units = unitsAt;
  ends = endsAt;
  scale = scoreScale;
  lowest = lowestScore;
}

/** JavaScript's \s, as far as it is left after normalisation. */
function isSpace(unit: u32): bool {
  if (unit <= 32) return unit == 32 || (unit >= 9 && unit <= 13);
  if (unit < 0xa0) return false;
  return unit == 0xa0 || unit == 0x1680 || (unit >= 0x2000 && unit <= 0x200a) || unit == 0x2028 || unit == 0x2029 ||
    unit == 0x202f || unit == 0x205f || unit == 0x3000 || unit == 0xfeff;
}

function childOf(node: u32, unit: u32): u32 {
  let low = load<u32>(first + (<usize>node << 2));
  const end = load<u32>(first + (<usize>node << 2), 4);
  let high = end;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (<u32>load<u16>(units + (<usize>middle << 1)) < unit) low = middle + 1;
    else high = middle;
  }
  return low < end && <u32>load<u16>(units + (<usize>low << 1)) == unit ? low : 0;
}

/** Of the word with its start sign before it. */
@inline
function unitOf(word: usize, i: i32): u32 {
  return i == 0 ? WORD_START : <u32>load<u16>(word + (<usize>(i - 1) << 1));
}

/** Pieces of the best path. The lattice: 16 bytes an end within the word: score, where its piece begins, the piece. */
function segment(word: usize, size: i32, lattice: usize): i32 {
  const length = size + 1;
  for (let i = 0; i <= length; i++) store<f64>(lattice + (<usize>i << 4), -Infinity);
  store<f64>(lattice, 0);
  let step = 1;
  for (let i = 0; i < length; i += step) {
    const here = load<f64>(lattice + (<usize>i << 4));
    const unit = unitOf(word, i);
    step = (unit & 0xfc00) == 0xd800 && i + 1 < length && (unitOf(word, i + 1) & 0xfc00) == 0xdc00 ? 2 : 1;
    let known = false;
    let j = i;
    let node = load<u32>(roots + (<usize>unit << 2));
    while (node > 0) {
      j++;
      const id = <u32>load<u16>(ends + (<usize>node << 1));
      if (id > 0) {
        if (j == i + step) known = true;
        const total = here + <f64>load<i32>(scores + (<usize>id << 2)) / scale;
        const end = lattice + (<usize>j << 4);
        if (total > load<f64>(end)) {
          store<f64>(end, total);
          store<i32>(end, i, 8);
          store<u32>(end, id, 12);
        }
      }
      if (j >= length) break;
      node = childOf(node, unitOf(word, j));
    }
    const total = here + lowest - UNKNOWN_PENALTY;
    const end = lattice + (<usize>(i + step) << 4);
    if (!known && total > load<f64>(end)) {
      store<f64>(end, total);
      store<i32>(end, i, 8);
      store<u32>(end, UNKNOWN, 12);
    }
  }
  let count = 0;
  let before: u32 = 0;
  for (let at = length; at > 0; ) {
    const end = lattice + (<usize>at << 4);
    const piece = load<u32>(end, 12);
    // Neighbouring unknown characters become one piece.
    if (piece != UNKNOWN || before != UNKNOWN) count++;
    before = piece;
    at = load<i32>(end, 8);
  }
  return count;
}

function hash(word: usize, length: i32): u32 {
  let h: u32 = 0x9e3779b9;
  for (let i: usize = 0, end = <usize>length << 1; i < end; i += 2) {
    h = (h ^ <u32>load<u16>(word + i)) * 0x01000193;
    h ^= h >> 15;
  }
  return h ^ (h >> 13);
}

function clear(): void {
  memory.fill(SLOTS, 0, (<usize>SLOT_MASK + 1) << 2);
  words = 0;
  free = ENTRIES;
}

/** An entry: hash, units | pieces << 16, the units. */
function piecesOf(word: usize, length: i32, lattice: usize): i32 {
  if (length > LONGEST_WORD) return segment(word, length, lattice);
  const h = hash(word, length);
  const bytes = <usize>length << 1;
  let slot = h & SLOT_MASK;
  for (;;) {
    const entry = <usize>load<u32>(SLOTS + (<usize>slot << 2));
    if (entry == 0) break;
    if (load<u32>(entry) == h && <i32>load<u16>(entry, 4) == length) {
      let i: usize = 0;
      while (i < bytes && load<u16>(entry + 8 + i) == load<u16>(word + i)) i += 2;
      if (i == bytes) return <i32>load<u16>(entry, 6);
    }
    slot = (slot + 1) & SLOT_MASK;
  }
  const count = segment(word, length, lattice);
  const size = (8 + bytes + 3) & ~3;
  if (words >= MOST_WORDS || free + size > ENTRIES_END) {
    clear();
    slot = h & SLOT_MASK;
  }
  store<u32>(SLOTS + (<usize>slot << 2), <u32>free);
  store<u32>(free, h);
  store<u16>(free, <u16>length, 4);
  store<u16>(free, <u16>count, 6);
  memory.copy(free + 8, word, bytes);
  free += size;
  words++;
  return count;
}

/** Pieces of `length` units at `text`; `lattice` has room for 16 bytes a unit and 32 more. */
export function count(text: usize, length: i32, lattice: usize): i32 {
  let sum = 0;
  for (let i = 0; i < length; ) {
    if (isSpace(load<u16>(text + (<usize>i << 1)))) {
      i++;
      continue;
    }
    const start = i;
    while (i < length && !isSpace(load<u16>(text + (<usize>i << 1)))) i++;
    sum += piecesOf(text + (<usize>start << 1), i - start, lattice);
  }
  return sum;
}
