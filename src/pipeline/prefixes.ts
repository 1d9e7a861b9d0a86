import type { StoreReader } from '../store/store.ts';
import type { ParsedQuery, Prefix } from '../text/query.ts';
import { stem } from '../text/stem.ts';

/** Terms that one beginning may become: the most frequent. */
const MOST = 32;

/**
 * Terms are stems, which may be shorter than what was typed of a word: `organiz` and `configurat` go on to words whose terms are `organ`
 * and `configur`. So these endings are tried, too.
 */
const ENDINGS =
  'e s y r t es ed er or ze ing ion ions al ate able ly ment ness ive ity ation ic ance ence ful ist ism'.split(' ');

/**
 * Looks up the beginnings of words in a question: those with a `*`, and the last word if no passage has it. `begun` gets what they may
 * become; a beginning that is no word itself leaves `terms`. Resolves to the terms that make a full match, with their numbers.
 */
export async function lookUpPrefixes(
  store: StoreReader,
  query: ParsedQuery,
): Promise<{ full: string[]; stats: { chunks: number; df: Map<string, number> } }> {
  const stats = await store.termStats([...new Set([...query.terms, ...query.prefixes.map(({ term }) => term)])]);
  const instead = new Map<string, string>();
  for (const prefix of query.prefixes) {
    const { term, asked } = prefix;
    const known = (stats.df.get(term) ?? 0) > 0;
    if (known && !asked) continue;
    const found = await continuations(store, prefix);
    if (found.length === 0) continue;
    query.begun.push({ word: term, terms: found.map(([other]) => other) });
    if (known) continue;
    const [commonest, df] = found[0]!;
    instead.set(term, commonest);
    stats.df.set(commonest, df);
  }
  const full = [...new Set(query.terms.map((term) => instead.get(term) ?? term))];
  query.terms = query.terms.filter((term) => !instead.has(term));
  return { full, stats };
}

/** Most frequent first, the word itself not among them. */
async function continuations(store: StoreReader, { text, term }: Prefix): Promise<[string, number][]> {
  const found = await store.termsFrom(text, MOST + 1);
  const shorter = ENDINGS.map((ending) => stem(text + ending)).filter((stemmed) => !stemmed.startsWith(text));
  const { df } = await store.termStats([...new Set(shorter)]);
  const all = new Map([...found, ...df]);
  all.delete(term);
  return [...all]
    .filter(([, chunks]) => chunks > 0)
    .sort((a, b) => b[1] - a[1])
    .slice(0, MOST);
}
