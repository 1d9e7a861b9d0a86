/** What `kernels.ts` exports once it is compiled. All arguments are addresses in the memory unless the name says otherwise. */
export interface Kernels {
  embed(
    rows: number,
    x: number,
    y: number,
    norm: number,
    quantised: number,
    scales: number,
    tokens: number,
    epsilon: number,
  ): void;
  widen(weights: number, values: number, wide: number, quantised: number, scales: number, tokens: number): void;
  narrow(
    weights: number,
    values: number,
    x: number,
    y: number,
    quantised: number,
    scales: number,
    tokens: number,
    epsilon: number,
  ): void;
  attend(
    weights: number,
    values: number,
    x: number,
    y: number,
    wide: number,
    quantised: number,
    scales: number,
    heads: number,
    scores: number,
    tokens: number,
    epsilon: number,
  ): void;
  pool(x: number, tokens: number, out: number): void;
  /** Of the relaxed module: makes a layer ready, once. */
  prepare(weights: number): void;
  /** Four times weight by activation, as the matrix product computes it here. */
  product(weight: number, activation: number): number;
}

export interface Memory {
  readonly buffer: ArrayBuffer;
  /** By pages; detaches the old `buffer`. */
  grow(pages: number): number;
}

export const PAGE = 65_536;

/** The part of the global we use: its types come with the DOM library only, which has no place in a Node program. */
interface WebAssemblyGlobal {
  Memory: new (options: { initial: number }) => Memory;
  Module: new (bytes: Uint8Array) => object;
  validate(bytes: Uint8Array): boolean;
  Instance: new (module: object, imports: { env: { memory: Memory } }) => { exports: unknown };
}

function webAssembly(): WebAssemblyGlobal {
  return (globalThis as unknown as { WebAssembly: WebAssemblyGlobal }).WebAssembly;
}

export function newMemory(bytes: number): Memory {
  return new (webAssembly().Memory)({ initial: Math.ceil(bytes / PAGE) });
}

export function compileKernels(wasm: Uint8Array, memory: Memory): Kernels {
  return compileModule<Kernels>(wasm, memory);
}

export function compileModule<Exports>(wasm: Uint8Array, memory: Memory): Exports {
  const { Instance, Module } = webAssembly();
  return new Instance(new Module(wasm), { env: { memory } }).exports as Exports;
}

/** Whether this engine knows all instructions of a module. */
export function isKnown(wasm: Uint8Array): boolean {
  return webAssembly().validate(wasm);
}
