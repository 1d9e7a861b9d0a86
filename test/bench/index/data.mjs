// Chunks of about 200 terms over a Zipf vocabulary, each of one topic, one in ten in Chinese; clustered unit vectors around the same
// topics, whose spectrum falls off as that of real embeddings does. Everything follows from the number of the chunk.

export const DIMENSIONS = 384;
const VOCABULARY = 150_000;
const TOPICS = 3000;
const FUNCTION_WORDS =
  'the of and to in is that for it as was with be by on not he this are or his from at which but have had they you were'.split(
    ' ',
  );

/** Small, fast, seedable: xorshift32. */
export function generator(seed) {
  let state = (Math.imul(seed + 1, 0x9e3779b1) ^ 0x5bd1e995) | 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 4294967296;
  };
}

const pick = (next, list) => list[Math.floor(next() * list.length)];
const cumulative = (n, exponent) => {
  const sums = new Float64Array(n);
  let sum = 0;
  for (let i = 0; i < n; i++) sums[i] = sum += 1 / (i + 2.7) ** exponent;
  return sums;
};
function draw(next, sums) {
  const value = next() * sums.at(-1);
  let low = 0;
  let high = sums.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sums[middle] < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** @param {(word: string) => string} stem only words that are their own stem, so that text and terms are the same */
export function vocabulary(stem) {
  const next = generator(42);
  const onsets = 'b c d f g h l m n p r s t v w st tr pr ch sh pl gr br th cl sp j k z'.split(' ');
  const nuclei = 'a e i o u ea io ou ai'.split(' ');
  const codas = ['', '', 'n', 'r', 't', 'l', 'm', 'd', 'ck', 'nt', 'x'];
  const words = [...FUNCTION_WORDS];
  const seen = new Set(words);
  while (words.length < VOCABULARY) {
    const syllables = 1 + (words.length > 300 ? 1 : 0) + (words.length > 6000 && next() < 0.7 ? 1 : 0);
    let word = '';
    for (let i = 0; i < syllables; i++) word += pick(next, onsets) + pick(next, nuclei) + pick(next, codas);
    if (word.length < 3 || seen.has(word) || stem(word) !== word) continue;
    seen.add(word);
    words.push(word);
  }
  const han = Array.from({ length: 20_000 }, (_, i) =>
    Array.from({ length: i < 200 ? 1 : 2 }, () => String.fromCharCode(0x4e00 + Math.floor(next() ** 1.5 * 4000))).join(
      '',
    ),
  );
  const topics = Array.from({ length: TOPICS }, () =>
    Array.from({ length: 150 }, () => 50 + Math.floor(next() ** 2 * (VOCABULARY - 60))),
  );
  return { words, han, topics, zipf: cumulative(VOCABULARY, 1.05), hanZipf: cumulative(20_000, 1) };
}

const topicOf = (next) => Math.floor(next() ** 1.5 * TOPICS);

/** The words of chunk `i`, in order. */
export function wordsOf(vocabulary, i) {
  const next = generator(i);
  const { words, han, topics, zipf, hanZipf } = vocabulary;
  const topic = topics[topicOf(next)];
  const count = 120 + Math.floor(next() * 160);
  if (i % 10 === 9) return Array.from({ length: count }, () => han[draw(next, hanZipf)]);
  return Array.from({ length: count }, () =>
    next() < 0.25 ? words[topic[Math.floor(next() ** 1.7 * 150)]] : words[draw(next, zipf)],
  );
}

/** Questions of 2 to 5 words about one topic, each word once. With `stop` a third of the words are drawn from all. */
export function questionOf(vocabulary, i, stop) {
  const next = generator(1_000_000_007 + i);
  const { words, topics, zipf } = vocabulary;
  const topic = topics[topicOf(next)];
  const count = 2 + Math.floor(next() * 4);
  const drawn = Array.from({ length: count }, () => {
    if (next() < (stop ? 0.65 : 1)) return words[topic[Math.floor(next() ** 1.7 * 150)]];
    return words[draw(next, zipf)];
  });
  return [...new Set(drawn)];
}

const spectrum = Float32Array.from({ length: DIMENSIONS }, (_, i) => (1 + i) ** -0.35);
const normal = (next) => (next() + next() + next() + next() - 2) * 1.73;

function addNoise(vector, seed, weight) {
  const next = generator(seed);
  for (let d = 0; d < DIMENSIONS; d++) vector[d] += weight * normal(next) * spectrum[d];
}

/** Unit vector of chunk `i`; `held` ones are questions about the same clusters that are no chunk. */
export function vectorOf(i, chunks, held = false) {
  const next = generator(held ? 2_000_000_011 + i : i);
  const topic = topicOf(next);
  const vector = new Float32Array(DIMENSIONS).fill(0.03);
  addNoise(vector, 3_000_000_019 + topic, 0.55);
  addNoise(vector, 4_000_000_007 + topic * 1000 + Math.floor(next() * Math.max(1, chunks / TOPICS / 8)), 0.55);
  addNoise(vector, held ? 5_000_000_029 + i : 6_000_000_001 + i, (held ? 0.75 : 0.6) * (0.7 + 0.6 * next()));
  const length = Math.hypot(...vector);
  return vector.map((value) => value / length);
}
