import { int8Of, restore } from '../../int8.ts';
import type { Ask } from '../../postgres/postgres.ts';
import { BESIDE, idf, impact } from '../../text/bm25.ts';
import { hasPhrase } from '../../text/phrase.ts';
import type { Filter, Hit, LexicalQuery } from '../../types.ts';
import type { Score } from '../store.ts';
import { filterWithin, matching } from './filter.ts';
import type { Points, Within } from './points.ts';
import { idParts, LIVE } from './rows.ts';
import { sums } from './sums.ts';
import { type KnownTerm, lookUp } from './terms.ts';

// Qdrant finds candidates, PostgreSQL says which of them are visible at this moment, and the scores are computed here, by the same
// formula and the same numbers as in every other home.

interface Candidate {
  key: number;
  id: string;
  position: number;
}

interface Judged extends Candidate {
  score: number;
}

/** Terms that score as one, by their ids. */
interface Weighted {
  ids: number[];
  idf: number;
}

/** Chunks that are looked up to be counted. */
const COUNTED = 5000;
/** For points whose rows have gone, or are not there yet. */
const MARGIN = 100;
/** Asked of Qdrant beyond what is wanted: some of it may be of versions that are not visible. */
const MORE = 1.2;

export interface Searching {
  searchText(query: LexicalQuery, limit: number, filter?: Filter): Promise<Hit[]>;
  searchVector(vector: Float32Array, limit: number, filter?: Filter): Promise<Hit[]>;
  score(ids: string[], query: LexicalQuery, vector?: Float32Array): Promise<Map<string, Score>>;
}

/** `model`: the row of the model whose vectors are in use. `only`: the collections there are. */
export function searching(
  ask: Ask,
  points: Points,
  model: () => Promise<number | undefined>,
  only: string[] | undefined,
): Searching {
  const known = (terms: readonly string[]) => lookUp(ask, terms, only);

  async function within(given: Filter | undefined): Promise<Within & { asOf: string | undefined }> {
    const filter = filterWithin(given, only);
    if (filter === undefined) return { old: false, asOf: undefined };
    return { docs: await matching(ask, filter), old: filter.asOf !== undefined, asOf: filter.asOf };
  }

  /** Those of the keys that can be seen, in the order given. */
  async function visible(keys: number[], asOf: string | undefined): Promise<Candidate[]> {
    const seen = asOf === undefined ? LIVE : 'd.since <= $2 AND (d.until IS NULL OR d.until > $2)';
    const rows = await ask<Candidate & { document: string }>(
      `SELECT c.key, c.position, d.id AS document FROM chunks c JOIN documents d ON d.key = c.doc WHERE c.key = ANY($1) AND ${seen}`,
      asOf === undefined ? [keys] : [keys, asOf],
    );
    const found = new Map(
      rows.map(({ key, position, document }) => [key, { key, position, id: `${document}:${position}` }]),
    );
    return keys.flatMap((key) => found.get(key) ?? []);
  }

  /**
   * Asks for more until `limit` visible ones pass, or there are no more.
   */
  async function enough(
    find: (limit: number) => Promise<number[]>,
    asOf: string | undefined,
    limit: number,
    judge: (candidates: Candidate[]) => Promise<Judged[]>,
  ): Promise<Hit[]> {
    for (let wanted = Math.ceil(limit * MORE) + 8; ; wanted *= 4) {
      const keys = await find(wanted);
      const judged = await judge(await visible(keys, asOf));
      if (judged.length < limit && keys.length >= wanted) continue;
      return judged
        .sort((a, b) => b.score - a.score || a.key - b.key)
        .slice(0, limit)
        .map(({ id, score }) => ({ chunk: id, score }));
    }
  }

  async function chunkCount(): Promise<number> {
    return (await sums(ask, only)).chunks;
  }

  /** How many current chunks hold any of these. */
  async function holding(terms: KnownTerm[]): Promise<number> {
    const most = terms.reduce((sum, { df }) => sum + df, 0);
    // Where there are so many, counting some twice hardly changes what they are worth.
    if (terms.length < 2 || most > COUNTED) return most;
    const weights = { indices: terms.map(({ id }) => id), values: terms.map(() => 1) };
    return (await visible(await points.byTerms(weights, most + MARGIN, await within(undefined)), undefined)).length;
  }

  /** What scores, in the order in which it is added. */
  async function scoring(query: LexicalQuery): Promise<Weighted[]> {
    const terms = [...new Set([...query.terms, ...query.expanded, ...query.phrases.flat()])];
    const begun = query.begun.flatMap(({ word, terms }) => [word, ...terms]);
    const found = await known([...new Set([...terms, ...begun])]);
    const total = await chunkCount();
    const weights = terms
      .flatMap((term) => found.get(term) ?? [])
      .map(({ id, df }) => ({ ids: [id], idf: idf(total, df) }));
    for (const { word, terms } of query.begun) {
      const going = terms.flatMap((term) => found.get(term) ?? []);
      const own = idf(total, await holding(going));
      const itself = found.get(word)?.df ?? 0;
      weights.push({
        ids: going.map(({ id }) => id),
        idf: itself > 0 ? BESIDE * Math.min(own, idf(total, itself)) : own,
      });
    }
    return weights;
  }

  /** BM25 of each key: 0 where no term stands. */
  async function bm25(keys: number[], weights: Weighted[]): Promise<Map<number, number>> {
    const ids = weights.flatMap((one) => one.ids);
    const rows = await ask<{ key: number; length: number; id: number; n: number }>(
      `SELECT c.key, c.length, t.id, t.n FROM chunks c, unnest(c.terms, c.counts) AS t(id, n)
       WHERE c.key = ANY($1) AND t.id = ANY($2)`,
      [keys, ids],
    );
    const occurrences = new Map(rows.map((row) => [`${row.key} ${row.id}`, row]));
    return new Map(
      keys.map((key) => {
        let sum = 0;
        for (const { ids, idf } of weights) {
          const found = ids.flatMap((id) => occurrences.get(`${key} ${id}`) ?? []);
          const n = found.reduce((all, row) => all + row.n, 0);
          if (n > 0) sum += idf * impact(n, found[0]!.length);
        }
        return [key, sum];
      }),
    );
  }

  /** Keys of the chunks that an exclusion or a missing phrase takes out. */
  async function excluded(keys: number[], { phrases, exclude }: LexicalQuery): Promise<Set<number>> {
    if (phrases.length + exclude.length === 0) return new Set();
    const rows = await ask<{ key: number; text: string; context: string; terms: number[] }>(
      'SELECT key, text, context, terms FROM chunks WHERE key = ANY($1)',
      [keys],
    );
    const exclusions = exclude.map((entry) => entry.split(' '));
    const found = await known(exclusions.flat());
    const stands = (row: (typeof rows)[number], phrase: string[]) =>
      phrase.length === 1
        ? row.terms.includes(found.get(phrase[0]!)?.id ?? -1)
        : hasPhrase(row.text, phrase) || hasPhrase(row.context, phrase);
    const out = rows.filter(
      (row) => exclusions.some((phrase) => stands(row, phrase)) || !phrases.every((phrase) => phraseIn(row, phrase)),
    );
    return new Set(out.map(({ key }) => key));
  }

  const phraseIn = (row: { text: string; context: string }, phrase: string[]) =>
    hasPhrase(row.text, phrase) || hasPhrase(row.context, phrase);

  /** Cosines of chunks that have a vector. */
  async function cosines(keys: number[], vector: Float32Array): Promise<Map<number, number>> {
    const current = await model();
    if (current === undefined) return new Map();
    const rows = await ask<{ key: number; scale: number; vector: Buffer }>(
      `SELECT c.key, v.scale, v.vector FROM chunks c JOIN vectors v ON v.hash = c.hash AND v.model = $2 WHERE c.key = ANY($1)`,
      [keys, current],
    );
    return new Map(
      rows.map(({ key, scale, vector: bytes }) => [key, dot(vector, restore({ scale, values: int8Of(bytes) }))]),
    );
  }

  return {
    async searchText(query, limit, filter) {
      const where = await within(filter);
      const weights = await scoring(query);
      // A term may be asked for twice, as itself and as what another word begins.
      const sums = new Map<number, number>();
      for (const { ids, idf } of weights) for (const id of ids) sums.set(id, (sums.get(id) ?? 0) + idf);
      const asked = { indices: [...sums.keys()], values: [...sums.values()] };
      return enough(
        (wanted) => points.byTerms(asked, wanted, where),
        where.asOf,
        limit,
        async (candidates) => {
          const keys = candidates.map(({ key }) => key);
          const out = await excluded(keys, query);
          const scores = await bm25(keys, weights);
          return candidates
            .filter(({ key }) => !out.has(key) && scores.get(key)! > 0)
            .map((candidate) => ({ ...candidate, score: scores.get(candidate.key)! }));
        },
      );
    },
    async searchVector(vector, limit, filter) {
      const current = await model();
      if (current === undefined) return [];
      const where = await within(filter);
      return enough(
        (wanted) => points.byVector(current, vector, wanted, where),
        where.asOf,
        limit,
        async (candidates) => {
          const scores = await cosines(
            candidates.map(({ key }) => key),
            vector,
          );
          return candidates.flatMap((candidate) => {
            const score = scores.get(candidate.key);
            return score === undefined ? [] : { ...candidate, score };
          });
        },
      );
    },
    async score(ids, query, vector) {
      const parts = ids.map(idParts);
      const rows = await ask<{ key: number; document: string; position: number }>(
        `SELECT DISTINCT ON (d.id, c.position) c.key, d.id AS document, c.position
         FROM unnest($1::text[], $2::int[]) AS w(id, position) JOIN documents d ON d.id = w.id AND d.since IS NOT NULL
           AND ($3::text[] IS NULL OR d.collection = ANY($3))
         JOIN chunks c ON c.doc = d.key AND c.position = w.position
         ORDER BY d.id, c.position, d.until IS NOT NULL, d.since DESC`,
        [parts.map(([document]) => document), parts.map(([, position]) => position), only ?? null],
      );
      const keys = rows.map(({ key }) => key);
      const [scores, near, out] = [
        await bm25(keys, await scoring(query)),
        vector === undefined ? new Map<number, number>() : await cosines(keys, vector),
        await excluded(keys, query),
      ];
      return new Map(
        rows.map(({ key, document, position }): [string, Score] => {
          const cosine = near.get(key);
          const excludes = out.has(key);
          return [
            `${document}:${position}`,
            {
              bm25: excludes ? 0 : scores.get(key)!,
              ...(cosine === undefined ? {} : { cosine }),
              ...(excludes ? { excluded: true as const } : {}),
            },
          ];
        }),
      );
    },
  };
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
