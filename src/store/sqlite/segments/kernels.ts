// The index's inner loops, AssemblyScript compiled to WebAssembly with 128-bit SIMD: no allocation, no state, the caller lays
// out the memory and passes addresses. `src/build/kernels.mjs` compiles it into kernels-wasm.ts; a test compares the two.
export { checksum } from './kernels/checksum';
export { findBlock, findEntry } from './kernels/dictionary';
export { checkTriples, chunksOf, slotsOf } from './kernels/links';
export { beginNearest, estimates, keepNearest, nearest, tableOf } from './kernels/nearest';
export { accumulate, countLive, decodeInto, encode, rescore } from './kernels/postings';
export { best, collect, wipe } from './kernels/top';
export { group, intern, rehash, sortTerms } from './kernels/terms';
export { codesOf, dots, quantise } from './kernels/vectors';
export { addList, addSorted, closeBlock, fits } from './kernels/writer';
