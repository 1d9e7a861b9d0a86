import { openTrie, type Trie } from './trie.ts';

/** Ids of the model's vocabulary; `encode` frames the pieces with `<s>` (0) and `</s>` (2). */
export interface Tokenizer {
  /** At most `max` ids, the frame included: a longer text is cut and keeps its `</s>`. */
  encode(text: string, max?: number): Int32Array;
}

const START = 0;
const END = 2;
const UNKNOWN = 3;
const WORD_START = '\u2581';
/** What a character outside every piece costs below the worst piece: sentencepiece's kUnkPenalty. */
const UNKNOWN_PENALTY = 10;
/** V8 keeps the whole text alive for a slice of 13 units or more, so longer words are not remembered. */
const CACHED_LENGTH = 12;
const CACHED_WORDS = 30_000;
/** Longest word whose lattice is kept for the next one. */
const KEPT_LENGTH = 8192;

/** Best score, its piece and where that begins, for each end within a word. */
interface Lattice {
  score: Float64Array;
  from: Int32Array;
  piece: Int32Array;
}

/** Unigram segmentation over the vocabulary's trie, equal to what the vendored tokenizer.json describes. */
export function openTokenizer(file: string): Tokenizer {
  const trie = openTrie(file);
  const kept = openLattice(KEPT_LENGTH);
  const words = new Map<string, number[]>();

  function piecesOf(word: string): number[] {
    if (word.length > CACHED_LENGTH) return segment(trie, WORD_START + word, kept);
    let pieces = words.get(word);
    if (pieces === undefined) {
      pieces = segment(trie, WORD_START + word, kept);
      if (words.size >= CACHED_WORDS) words.clear();
      words.set(word, pieces);
    }
    return pieces;
  }

  return {
    encode(text, max = 512) {
      const ids = [START];
      for (const word of wordsOf(text)) {
        if (word !== '') for (const piece of piecesOf(word)) ids.push(piece);
        if (ids.length >= max) break;
      }
      ids.length = Math.min(ids.length, max - 1);
      ids.push(END);
      return Int32Array.from(ids);
    },
  };
}

function openLattice(length: number): Lattice {
  return { score: new Float64Array(length), from: new Int32Array(length), piece: new Int32Array(length) };
}

function wordsOf(text: string): string[] {
  return normalize(text).split(/\s+/);
}

/**
 * The original's precompiled character map: NFKC, but control characters are dropped, zero-width characters and line
 * separators are spaces, and U+FF5E stays as it is.
 */
export function normalize(text: string): string {
  if (/^[\t\n\r\x20-\x7e]*$/.test(text)) return text;
  return text
    .replace(/[\x01-\x08\x0b\x0e-\x1f\x7f\x8f\x9f]/g, '')
    .replace(/[\u1680\u200b-\u200f\u2028\u2029\u2581\ufeff\ufffd]/g, ' ')
    .split('\uff5e')
    .map((part) => part.normalize('NFKC'))
    .join('\uff5e');
}

/** The pieces with the highest sum of log probabilities (Viterbi). Neighbouring unknown characters become one piece. */
function segment(trie: Trie, word: string, kept: Lattice): number[] {
  const { first, roots, units, ends, scores } = trie;
  const length = word.length;
  const { score, from, piece } = length < KEPT_LENGTH ? kept : openLattice(length + 1);
  score.fill(Number.NEGATIVE_INFINITY, 0, length + 1);
  score[0] = 0;
  let step = 1;
  for (let i = 0; i < length; i += step) {
    const here = score[i]!;
    step = word.codePointAt(i)! > 0xffff ? 2 : 1;
    let known = false;
    let j = i;
    for (let node = roots[word.charCodeAt(i)]!; node > 0; ) {
      j++;
      const id = ends[node]!;
      if (id > 0) {
        if (j === i + step) known = true;
        const total = here + scores[id]! / trie.scale;
        if (total > score[j]!) {
          score[j] = total;
          from[j] = i;
          piece[j] = id;
        }
      }
      if (j >= length) break;
      node = childOf(first, units, node, word.charCodeAt(j));
    }
    const total = here + trie.lowest - UNKNOWN_PENALTY;
    if (!known && total > score[i + step]!) {
      score[i + step] = total;
      from[i + step] = i;
      piece[i + step] = UNKNOWN;
    }
  }
  const pieces: number[] = [];
  for (let end = length; end > 0; end = from[end]!) {
    if (piece[end] !== UNKNOWN || pieces.at(-1) !== UNKNOWN) pieces.push(piece[end]!);
  }
  return pieces.reverse();
}

/** Binary search among the node's children; 0 if none leads on with `unit`. */
function childOf(first: Int32Array, units: Uint16Array, node: number, unit: number): number {
  let low = first[node]!;
  let high = first[node + 1]!;
  const end = high;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (units[middle]! < unit) low = middle + 1;
    else high = middle;
  }
  return low < end && units[low] === unit ? low : 0;
}
