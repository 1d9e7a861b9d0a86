import { KERNELS } from './kernels-wasm.ts';

/** What `kernels.ts` exports; `text` is an address, offsets and lengths are in UTF-16 units. */
interface Exports {
  estimate(text: number, from: number, end: number, budget: number): number;
  count(text: number, length: number): number;
  forget(): void;
}

/** What `kernels.ts` asks for. */
export interface Answers {
  script(at: number): number;
  terms(kind: number, start: number, end: number): number;
}

export interface Kernel {
  run: Exports;
  /** Address of a text, which is brought there unless it is still there. May move the memory, and so end all views. */
  place(text: string): number;
  bytes(at: number, n: number): Uint8Array;
  u32(at: number, n: number): Uint32Array;
  f64(at: number, n: number): Float64Array;
}

/** As in kernels/layout.ts. */
export const SCRIPTS = 0x10000;
export const RESULT = 0x20000;
export const ANSWER = 0x20040;
export const FOUND = 0x8c0000;
/** Terms that may be numbered. */
export const MOST_TERMS = 2 ** 19;
/** A section, and a passage or what it stands under: they take turns, and a section may be long. */
const SHORT = 0x30000;
const SHORT_UNITS = 4096;
const LONG = 0xcc0000;

interface Memory {
  readonly buffer: ArrayBuffer;
  grow(pages: number): number;
}

/** The part of the global we use: its types come with the DOM library only. */
interface WebAssemblyGlobal {
  Memory: new (options: { initial: number }) => Memory;
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object, imports: { env: { memory: Memory } & Answers }) => { exports: unknown };
}

const PAGE = 65_536;

/** The module, compiled once a thread; V8 shares the code between threads. */
const compiled: object[] = [];

/** 13 MB of addresses, of which the pages that are used take memory. */
export function openKernel(answers: Answers): Kernel {
  const { Memory, Module, Instance } = (globalThis as unknown as { WebAssembly: WebAssemblyGlobal }).WebAssembly;
  const memory = new Memory({ initial: LONG / PAGE + 4 });
  if (compiled.length === 0) compiled.push(new Module(Buffer.from(KERNELS, 'base64')));
  const { exports } = new Instance(compiled[0]!, { env: { memory, ...answers } });
  let all = Buffer.from(memory.buffer);
  const placed = new Map([
    [SHORT, ''],
    [LONG, ''],
  ]);
  return {
    run: exports as Exports,
    place(text) {
      const at = text.length <= SHORT_UNITS ? SHORT : LONG;
      if (placed.get(at) === text) return at;
      const missing = Math.ceil((at + 2 * text.length - all.length) / PAGE);
      if (missing > 0) {
        memory.grow(missing);
        all = Buffer.from(memory.buffer);
      }
      all.write(text, at, 'utf16le');
      placed.set(at, text);
      return at;
    },
    bytes: (at, n) => new Uint8Array(memory.buffer, at, n),
    u32: (at, n) => new Uint32Array(memory.buffer, at, n),
    f64: (at, n) => new Float64Array(memory.buffer, at, n),
  };
}
