import { BESIDE, idf, K1 } from '../../../text/bm25.ts';
import type { Begun } from '../../../types.ts';
import { bitsOf } from './bits.ts';
import { damaged } from './damage.ts';
import type { Entry } from './dictionary.ts';
import { type Lookup, openLookup } from './lookup.ts';
import type { OpenSegment, Snapshot } from './open.ts';
import { type Ranges, touches } from './ranges.ts';
import { unite } from './union.ts';

/** A term of a question: where it stands, and what it is worth. */
export interface Weighted {
  term: string;
  entries: Map<OpenSegment, Entry>;
  /** Of the current chunks that hold it. */
  df: number;
  idf: number;
}

/** Views of a part, each with bits of its own. */
let parts = 0;

/** BM25 over a snapshot. Statistics are those of the current chunks that are there, whatever is searched. */
export interface Lexical {
  lookup: Lookup;
  weigh(terms: Iterable<string>): Weighted[];
  weighBegun(begun: Begun): Weighted;
  /** The `limit` most frequent terms that begin so, with their current chunks, most frequent first. */
  from(prefix: string, limit: number): Map<string, number>;
  /**
   * Ordinals that hold all of the best `k` (and may hold more), ascending. `bits`: 0 or which may be returned.
   */
  candidates(terms: readonly Weighted[], k: number, bits: number): Uint32Array;
  /**
   * Exact BM25 of the ordinals (ascending), the terms added in the given order. `marks`: terms whose presence is wanted as
   * bits of `seen`, in order, at most 31.
   */
  scores(ordinals: Uint32Array, terms: readonly Weighted[], marks: readonly Weighted[]): Scored;
}

export interface Scored {
  scores: Float64Array;
  seen: Uint32Array;
}

/** Sums of f32 and of f64 differ by far less. */
const SLACK = 1e-4;
/** More candidates than these are not scored exactly at once: the next list is read through instead. */
const MANY = 4096;
/** Postings that are read through without asking whether that is needed. */
const FEW = 20_000;

/** `total`: current chunks. `only`: where they are, if not all of them are there for whoever asks. */
export function openLexical(snapshot: Snapshot, total: number, only?: Ranges): Lexical {
  const { kernel, filled, ordinals, dead } = snapshot;
  const lookup = openLookup(snapshot);
  const lengths = kernel.region('lengths', 2 * ordinals + 64);
  for (const { toc, file, name, base } of filled) {
    const { at, bytes, sum } = toc.lengths;
    const to = lengths + 2 * base;
    if (!kernel.read(file, at, to, bytes) || kernel.run.checksum(to, bytes) >>> 0 !== sum)
      throw damaged(name, "its chunks' lengths");
  }
  const live =
    only === undefined ? bitsOf(snapshot, 'live', dead, false) : bitsOf(snapshot, `there ${parts++}`, only, true);
  const weighed = new Map<string, Weighted>();

  function liveOf(entries: Map<OpenSegment, Entry>): number {
    let df = 0;
    for (const [segment, entry] of entries) {
      const { first, last } = segment.toc;
      if (only === undefined && (live === 0 || !touches(dead, first, last))) {
        df += entry.df;
        continue;
      }
      const count = kernel.run.countLive(...lookup.list(segment, entry), live + segment.base / 8);
      if (count < 0) throw damaged(segment.name, 'a posting list');
      df += count;
    }
    return df;
  }

  function weigh(term: string): Weighted {
    let known = weighed.get(term);
    if (known === undefined) {
      const entries = lookup.entries(term);
      const df = liveOf(entries);
      weighed.set(term, (known = { term, entries, df, idf: idf(total, df) }));
    }
    return known;
  }

  function accumulate({ entries, idf }: Weighted, acc: number, touched: number, table: number): void {
    for (const [segment, entry] of entries) {
      const list = lookup.list(segment, entry);
      const { base, name } = segment;
      const places = [acc + 4 * base, touched + base / 64, lengths + 2 * base] as const;
      if (kernel.run.accumulate(...list, ...places, table, idf) < 0) throw damaged(name, 'a posting list');
    }
  }

  return {
    lookup,
    weigh: (terms) => [...terms].map(weigh),
    weighBegun({ word, terms }) {
      const key = `${word} ${terms.join(' ')}`;
      const known = weighed.get(key);
      if (known !== undefined) return known;
      const entries = unite(
        snapshot,
        lookup,
        terms.map((term) => lookup.entries(term)),
        lengths,
      );
      const df = liveOf(entries);
      const itself = weigh(word);
      const own = idf(total, df);
      const made = { term: key, entries, df, idf: itself.df > 0 ? BESIDE * Math.min(own, itself.idf) : own };
      weighed.set(key, made);
      return made;
    },
    from(prefix, limit) {
      const most = [...lookup.from(prefix)].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).slice(0, 2 * limit);
      const current = most.map(([term]): [string, number] => [term, weigh(term).df]).filter(([, df]) => df > 0);
      return new Map(current.sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).slice(0, limit));
    },
    candidates(terms, k, bits) {
      const ordered = terms.filter(({ entries }) => entries.size > 0);
      ordered.sort((a, b) => bound(b) - bound(a));
      const rest = new Float64Array(ordered.length + 1);
      const left = new Float64Array(ordered.length + 1);
      for (let i = ordered.length - 1; i >= 0; i--) {
        rest[i] = rest[i + 1]! + bound(ordered[i]!);
        left[i] = left[i + 1]! + sizeOf(ordered[i]!);
      }
      const longest = ordered.reduce(
        (most, { entries }) => Math.max(most, ...[...entries.values()].map((e) => e.bytes)),
        0,
      );
      kernel.region('list', longest);
      const acc = kernel.region('acc', 4 * ordinals + 256);
      const touched = kernel.region('touched', ordinals / 64 + 16);
      const table = kernel.region('table', 4096);
      const heap = kernel.region('heap', 4 * k);
      const most = Math.max(MANY, 8 * k);
      const out = kernel.region('collected', 4 * most);
      /** Places that may be among the best when nothing adds more than `less` any more; undefined if that cannot be told yet. */
      const contenders = (less: number): Uint32Array | undefined => {
        const args = [acc, ordinals, touched, bits, k, 0, 1 - SLACK, less, heap, out, most] as const;
        const count = kernel.run.best(...args) >>> 0;
        const told = less === 0 || kernel.f32(heap, 1)[0]! > less;
        return told && count <= most ? kernel.u32(out, count).slice() : undefined;
      };
      // Of a question's words few passages have one: what no list touched need not be zeroed, nor looked at.
      kernel.run.wipe(acc, ordinals, touched);
      for (const [i, term] of ordered.entries()) {
        if (i > 0 && left[i]! > FEW) {
          // A chunk that has none of the terms so far cannot reach the k-th best any more, nor one that has too little.
          const found = contenders(rest[i]! * (1 + SLACK));
          if (found !== undefined) return found;
        }
        accumulate(term, acc, touched, table);
      }
      const found = contenders(0);
      if (found !== undefined) return found;
      const reached = kernel.f32(heap, 1)[0]!;
      // A crowd of equals at the end of the list: all that are better, and as many of the equals as there is room for.
      const count = kernel.run.collect(acc, ordinals, touched, bits, reached * (1 + SLACK), 0, out, most);
      const better = kernel.u32(out, count).slice();
      kernel.run.collect(acc, ordinals, touched, bits, reached * (1 - SLACK), 0, out, most);
      return Uint32Array.from(new Set([...better, ...kernel.u32(out, most)])).sort();
    },
    scores(wanted, terms, marks) {
      const n = wanted.length;
      const longest = [...terms, ...marks].reduce(
        (most, { entries }) => Math.max(most, ...[...entries.values()].map((entry) => entry.bytes)),
        0,
      );
      kernel.region('list', longest);
      const scores = kernel.region('scores', 8 * n + 8);
      const seen = kernel.region('seen', 4 * n + 4);
      const local = kernel.region('local', 4 * n + 4);
      kernel.f64(scores, n).fill(0);
      kernel.u32(seen, n).fill(0);
      const parts = partition(filled, wanted);
      const places = kernel.u32(local, n);
      for (const { segment, from, to } of parts) for (let i = from; i < to; i++) places[i] = wanted[i]! - segment.base;
      const run = ({ entries, idf }: Weighted, weight: number, mark: number) => {
        for (const { segment, from, to } of parts) {
          const entry = entries.get(segment);
          if (entry === undefined) continue;
          const at = lookup.list(segment, entry);
          const own = lengths + 2 * segment.base;
          const args = [
            local + 4 * from,
            to - from,
            own,
            weight * idf,
            scores + 8 * from,
            seen + 4 * from,
            mark,
          ] as const;
          if (kernel.run.rescore(...at, ...args) < 0) throw damaged(segment.name, 'a posting list');
        }
      };
      for (const term of terms) run(term, 1, 0);
      for (const [i, term] of marks.entries()) run(term, 0, 1 << i);
      return { scores: kernel.f64(scores, n).slice(), seen: kernel.u32(seen, n).slice() };
    },
  };
}

/** The most that the term can add to a score. */
function bound({ entries, idf }: Weighted): number {
  let largest = 0;
  for (const entry of entries.values()) largest = Math.max(largest, entry.largest);
  return (idf * (K1 + 1) * largest) / 255;
}

function sizeOf({ entries }: Weighted): number {
  let size = 0;
  for (const entry of entries.values()) size += entry.df;
  return size;
}

/** Which of the ascending ordinals lie in which segment. */
function partition(segments: readonly OpenSegment[], ordinals: Uint32Array) {
  const parts: { segment: OpenSegment; from: number; to: number }[] = [];
  let i = 0;
  for (const segment of segments) {
    const from = i;
    while (i < ordinals.length && ordinals[i]! < segment.base + segment.toc.chunks) i++;
    if (i > from) parts.push({ segment, from, to: i });
  }
  return parts;
}
