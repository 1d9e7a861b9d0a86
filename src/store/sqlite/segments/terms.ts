export interface SortedTerm {
  term: string;
  bytes: Uint8Array;
}

/** Characters beyond the BMP: JavaScript puts their halves before U+E000, UTF-8 puts them last. */
const SURROGATE = /[\ud800-\udfff]/;

/** Terms by their UTF-8 bytes. Sorts the array it is given. */
export function sortTerms(terms: string[]): SortedTerm[] {
  // Without a comparison of ours the engine sorts several times as fast, and up to surrogates in the same order.
  terms.sort();
  const joined = terms.join('\0');
  const all = Buffer.from(joined);
  const sorted: SortedTerm[] = [];
  let at = 0;
  for (const term of terms) {
    const found = all.indexOf(0, at);
    const end = found < 0 ? all.length : found;
    sorted.push({ term, bytes: all.subarray(at, end) });
    at = end + 1;
  }
  return SURROGATE.test(joined) ? sorted.sort((a, b) => Buffer.compare(a.bytes, b.bytes)) : sorted;
}
