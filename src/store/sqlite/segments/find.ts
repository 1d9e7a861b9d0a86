import { hasPhrase } from '../../../text/phrase.ts';
import type { Hit, LexicalQuery } from '../../../types.ts';
import type { Score } from '../../store.ts';
import { bitsOf } from './bits.ts';
import { type Lexical, openLexical, type Weighted } from './lexical.ts';
import type { Snapshot } from './open.ts';
import { type ChunkEntry, entryOf, ordinalOf, recordOf } from './passages.ts';
import { contains, type Ranges } from './ranges.ts';

/** Searching one snapshot. `allowed`: chunk keys that a filter lets through; undefined: all current ones. */
export interface Finder {
  searchText(query: LexicalQuery, limit: number, allowed?: Ranges): Hit[];
  searchVector(vector: Float32Array, limit: number, allowed?: Ranges): Hit[];
  /** By chunk key; keys that no segment has are left out. */
  score(keys: readonly number[], query: LexicalQuery, vector?: Float32Array): Map<number, Score>;
  termStats(terms: string[]): { chunks: number; df: Map<string, number> };
  termsFrom(prefix: string, limit: number): Map<string, number>;
  /** Entries of chunks that a search has named. */
  named: Map<string, ChunkEntry>;
}

/** Terms whose presence one bit each can say. */
const MARKS = 31;

/** `only`: what is there for whoever asks, if that is not all: its chunk keys, and how many they are. */
export function openFinder(snapshot: Snapshot, only?: { keys: Ranges; chunks: number }): Finder {
  const { manifest, dead, vectors } = snapshot;
  const named = new Map<string, ChunkEntry>();
  let opened: Lexical | undefined;
  const total = only?.chunks ?? manifest.counts.chunks;
  const lexical = () => (opened ??= openLexical(snapshot, total, only?.keys));
  const bits = (allowed: Ranges | undefined) =>
    allowed === undefined ? bitsOf(snapshot, 'live', dead, false) : bitsOf(snapshot, 'allowed', allowed, true);

  function name(ordinal: number): string {
    const entry = entryOf(snapshot, ordinal);
    named.set(entry.id, entry);
    return entry.id;
  }

  /** All terms that score, in the order in which they are added. */
  function scoring(query: LexicalQuery): Weighted[] {
    const { weigh, weighBegun } = lexical();
    return [
      ...weigh(new Set([...query.terms, ...query.expanded, ...query.phrases.flat()])),
      ...query.begun.map(weighBegun),
    ];
  }

  /** BM25 of each ordinal (ascending), and whether the query's exclusions and phrases let it through. */
  function judge(ordinals: Uint32Array, query: LexicalQuery): { scores: Float64Array; passes: boolean[] } {
    const terms = scoring(query);
    const exclusions = query.exclude.map((entry) => entry.split(' '));
    const words = [...new Set([...query.phrases, ...exclusions].flat())];
    const marked = lexical().weigh(words.slice(0, MARKS));
    const { scores, seen } = lexical().scores(ordinals, terms, marked);
    const bitOf = new Map(words.slice(0, MARKS).map((word, i) => [word, 1 << i]));
    const maskOf = (phrase: string[]) => phrase.reduce((mask, word) => mask | (bitOf.get(word) ?? 0), 0);
    const phrases = query.phrases.map((phrase) => ({ phrase, mask: maskOf(phrase) }));
    const excluded = exclusions.map((phrase) => ({ phrase, mask: maskOf(phrase) }));
    const passes = Array.from(ordinals, (ordinal, i) => {
      const has = ({ mask }: { mask: number }) => (seen[i]! & mask) === mask;
      const stands = ({ phrase }: { phrase: string[] }) => phrase.length === 1 || holds(ordinal, phrase);
      if (excluded.some((entry) => has(entry) && stands(entry))) return false;
      return phrases.every((entry) => has(entry) && holds(ordinal, entry.phrase));
    });
    passes.forEach((passing, i) => {
      if (!passing) scores[i] = 0;
    });
    return { scores, passes };
  }

  /** Postings carry no positions, so a phrase is looked for in the text. */
  function holds(ordinal: number, phrase: string[]): boolean {
    const [context, , text] = recordOf(snapshot, entryOf(snapshot, ordinal));
    return hasPhrase(text, phrase) || hasPhrase(context, phrase);
  }

  return {
    named,
    searchText(query, limit, allowed) {
      const terms = scoring(query);
      const strict = query.exclude.length + query.phrases.length > 0;
      // What exclusions and phrases take away must not leave the list short: then it is looked further down.
      for (let k = limit; ; k *= 8) {
        const ordinals = lexical().candidates(terms, k, bits(allowed));
        const { scores, passes } = judge(ordinals, query);
        const found: Found[] = [];
        ordinals.forEach((ordinal, i) => {
          if (passes[i] && scores[i]! > 0) found.push({ ordinal, score: scores[i]! });
        });
        if (!strict || found.length >= limit || ordinals.length < k) return rank(found, limit, name);
      }
    },
    searchVector(vector, limit, allowed) {
      if (vectors === undefined) return [];
      const plain = allowed === undefined && dead.length === 0;
      const within = (key: number) => (allowed === undefined ? !contains(dead, key) : contains(allowed, key));
      const search = (slotBits: number) => {
        const best = vectors.best(vector, limit, slotBits).sort((a, b) => b.cosine - a.cosine);
        let end = Math.min(limit, best.length);
        while (end < best.length && best[end]!.cosine === best[end - 1]!.cosine) end++;
        const kept = best.slice(0, end);
        const chunks = vectors.chunksOf(Uint32Array.from(kept, ({ slot }) => slot));
        return kept.flatMap(({ slot, cosine }) =>
          (chunks.get(slot) ?? []).filter(within).flatMap((key) => {
            const ordinal = ordinalOf(snapshot, key);
            return ordinal === undefined ? [] : { ordinal, score: cosine };
          }),
        );
      };
      let found = search(plain ? 0 : vectors.slotBits(allowed ?? dead, allowed !== undefined));
      // Vectors that no chunk has any more took places in the list.
      if (plain && found.length < Math.min(limit, vectors.files.slots))
        found = search(vectors.slotBits(Float64Array.of(0, 2 ** 32), true));
      return rank(found, limit, name);
    },
    score(keys, query, vector) {
      const placed = keys.flatMap((key) => {
        const ordinal = ordinalOf(snapshot, key);
        return ordinal === undefined ? [] : { key, ordinal };
      });
      placed.sort((a, b) => a.ordinal - b.ordinal);
      const { scores, passes } = judge(
        Uint32Array.from(placed, ({ ordinal }) => ordinal),
        query,
      );
      const cosines = vector === undefined || vectors === undefined ? undefined : cosinesOf(placed, vector);
      return new Map(
        placed.map(({ key }, i) => {
          const cosine = cosines?.get(key);
          return [
            key,
            {
              bm25: scores[i]!,
              ...(cosine === undefined ? {} : { cosine }),
              ...(passes[i] ? {} : { excluded: true as const }),
            },
          ];
        }),
      );
    },
    termStats(terms) {
      const df = new Map(
        lexical()
          .weigh(terms)
          .map((weighted): [string, number] => [weighted.term, weighted.df]),
      );
      return { chunks: total, df };
    },
    termsFrom: (prefix, limit) => lexical().from(prefix, limit),
  };

  function cosinesOf(placed: { key: number }[], vector: Float32Array): Map<number, number> {
    const linked = [...vectors!.slotsOf(Uint32Array.from(placed, ({ key }) => key))].sort(([, a], [, b]) => a - b);
    const cosines = vectors!.cosines(
      vector,
      Uint32Array.from(linked, ([, slot]) => slot),
    );
    return new Map(linked.map(([key], i) => [key, cosines[i]!]));
  }
}

interface Found {
  ordinal: number;
  score: number;
}

/** Best first; equal scores by id, so that the order does not depend on when a file was read. */
function rank(found: Found[], limit: number, name: (ordinal: number) => string): Hit[] {
  found.sort((a, b) => b.score - a.score);
  let end = Math.min(limit, found.length);
  while (end > 0 && end < found.length && found[end]!.score === found[end - 1]!.score) end++;
  const hits = found.slice(0, end).map(({ ordinal, score }) => ({ chunk: name(ordinal), score }));
  hits.sort((a, b) => b.score - a.score || (a.chunk < b.chunk ? -1 : 1));
  return hits.slice(0, limit);
}
