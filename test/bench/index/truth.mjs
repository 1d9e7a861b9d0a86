// Questions, and what the right answers to them are: BM25 as src/text/bm25.ts has it, and plain products over all vectors.
import { questionOf, vectorOf, wordsOf } from './data.mjs';

const QUESTIONS = 200;
const JUDGED = 50;
export const PART = 7;
const partOf = (i) => Math.floor(i / 10) % 100;

/** @returns what side.mjs asks and main.mjs compares with; plain JSON */
export function truthOf({ idf, impact }, vocabulary, chunks) {
  const texts = [true, false].map((stop) =>
    Array.from({ length: QUESTIONS }, (_, i) => questionOf(vocabulary, i, stop)),
  );
  const vectors = Array.from({ length: JUDGED }, (_, i) => Array.from(vectorOf(i, chunks, true)));
  const postings = new Map(texts.flatMap((set) => set.slice(0, JUDGED)).flatMap((words) => words.map((w) => [w, []])));
  const lengths = new Uint16Array(chunks);
  const tops = vectors.map(() => ({ all: [], part: [] }));
  const consider = (top, id, score) => {
    if (top.length === 10 && score <= top[9].score) return;
    top.push({ id, score });
    top.sort((a, b) => b.score - a.score);
    top.length = Math.min(10, top.length);
  };
  for (let i = 0; i < chunks; i++) {
    const words = wordsOf(vocabulary, i);
    lengths[i] = words.length;
    for (const word of words) {
      const list = postings.get(word);
      if (list === undefined) continue;
      if (list.at(-2) === i) list[list.length - 1]++;
      else list.push(i, 1);
    }
    const vector = vectorOf(i, chunks);
    vectors.forEach((question, q) => {
      let score = 0;
      for (let d = 0; d < vector.length; d++) score += vector[d] * question[d];
      consider(tops[q].all, i, score);
      if (partOf(i) === PART) consider(tops[q].part, i, score);
    });
  }
  /** All that score as the tenth does or better: equals may stand for each other. */
  const best = (words, within) => {
    const scores = new Float64Array(chunks);
    for (const word of words) {
      const list = postings.get(word);
      const weight = idf(chunks, list.length / 2);
      for (let i = 0; i < list.length; i += 2) scores[list[i]] += weight * impact(list[i + 1], lengths[list[i]]);
    }
    const all = Array.from(scores.keys()).filter((i) => scores[i] > 0 && within(i));
    const tenth = all.map((i) => scores[i]).sort((a, b) => b - a)[Math.min(9, all.length - 1)] ?? 0;
    return all.filter((i) => scores[i] >= tenth - 1e-9);
  };
  return {
    chunks,
    texts,
    vectors,
    bestTexts: texts.map((set) => set.slice(0, JUDGED).map((words) => best(words, () => true))),
    bestTextsIn: texts[1].slice(0, JUDGED).map((words) => best(words, (i) => partOf(i) === PART)),
    nearest: tops.map(({ all }) => all.map(({ id }) => id)),
    nearestIn: tops.map(({ part }) => part.map(({ id }) => id)),
    tenth: tops.reduce((sum, { all }) => sum + all.at(-1).score, 0) / tops.length,
    latin: questionOf(vocabulary, 3, false).slice(0, 5),
    han: vocabulary.han.slice(400, 403),
  };
}

/** Share of the right ones; of ten, or of as many as there are. */
export const overlap = (found, right) => {
  const set = new Set(right);
  return found.filter((id) => set.has(id)).length / Math.max(1, Math.min(10, right.length));
};
