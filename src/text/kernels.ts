// What an ingest does to every character, AssemblyScript compiled to WebAssembly (`node src/build/kernels.mjs`): looking a
// text's runs up in a table of what they count as, and estimating model tokens. JavaScript would be compiled anew by each
// reader's thread, for about as long as a folder of manuals takes; this is compiled once.
export { estimate } from './kernels/estimate';
export { count, forget } from './kernels/terms';
