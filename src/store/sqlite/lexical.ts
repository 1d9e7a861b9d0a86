import { idf, impact } from '../../text/bm25.ts';
import { hasPhrase } from '../../text/phrase.ts';
import type { LexicalQuery } from '../../types.ts';
import { decode } from './postings.ts';
import type { Database } from './schema.ts';
import type { Mask } from './visible.ts';

export interface Scores {
  /** BM25 by chunk key; 0 where nothing matches or an exclusion or phrase says no. */
  bm25: Float64Array;
  /** Whether the query's exclusions and phrases let a chunk through. */
  allows(key: number): boolean;
  /** Keys with a score. */
  keys: number[];
}

interface PostingList {
  keys: number[];
  tfs: number[];
  lengths: number[];
  /** How many of the chunks are current: superseded versions do not count in the statistics. */
  df: number;
}

function postings(db: Database, term: string, live: Mask): PostingList {
  const list: PostingList = { keys: [], tfs: [], lengths: [], df: 0 };
  const rows = db
    .prepare(
      // CROSS JOIN: the segments first, then one seek each; left to itself SQLite scans all postings.
      'SELECT data FROM segments CROSS JOIN postings ON postings.segment = segments.id AND term = ?',
    )
    .pluck()
    .all(term) as Buffer[];
  for (const data of rows)
    decode(data, (key, tf, length) => {
      list.keys.push(key);
      list.tfs.push(tf);
      list.lengths.push(length);
      list.df += live[key] ?? 0;
    });
  return list;
}

export function documentFrequencies(db: Database, terms: string[], live: Mask): Map<string, number> {
  return new Map(terms.map((term) => [term, postings(db, term, live).df]));
}

/**
 * BM25 of every chunk, superseded ones too (for `--as-of`), with the statistics of the current ones. Terms are added in
 * the order of the query, so equal input gives equal bits.
 */
export function evaluate(db: Database, query: LexicalQuery, chunks: number, live: Mask): Scores {
  const bm25 = new Float64Array(live.length);
  for (const term of new Set([...query.terms, ...query.expanded, ...query.phrases.flat()])) {
    const list = postings(db, term, live);
    const rarity = idf(chunks, list.df);
    for (let i = 0; i < list.keys.length; i++) bm25[list.keys[i]!]! += rarity * impact(list.tfs[i]!, list.lengths[i]!);
  }
  const excluded = new Set(query.exclude.flatMap((entry) => sideBySide(db, entry.split(' '), live)));
  for (const key of excluded) bm25[key] = 0;
  const keys: number[] = [];
  for (let key = 0; key < bm25.length; key++) {
    if (!(bm25[key]! > 0)) continue;
    if (query.phrases.every((phrase) => holds(db, key, phrase))) keys.push(key);
    else bm25[key] = 0;
  }
  const allows = (key: number) => !excluded.has(key) && (query.phrases.length === 0 || bm25[key]! > 0);
  return { bm25, keys, allows };
}

/** Keys of the chunks in which the words follow each other. */
function sideBySide(db: Database, words: string[], live: Mask): number[] {
  const [first, ...rest] = words.map((word) => postings(db, word, live).keys);
  const inAll = rest.reduce((keys, other) => {
    const set = new Set(other);
    return keys.filter((key) => set.has(key));
  }, first!);
  return words.length === 1 ? inAll : inAll.filter((key) => holds(db, key, words));
}

/** Postings carry no positions, so a phrase is looked for in the text. */
function holds(db: Database, key: number, phrase: string[]): boolean {
  const row = db.prepare('SELECT context, text FROM chunks WHERE key = ?').get(key) as {
    context: string;
    text: string;
  };
  return hasPhrase(row.text, phrase) || hasPhrase(row.context, phrase);
}
