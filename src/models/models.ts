/** Texts in, vectors out. A text's vector never depends on its neighbours in the call. */
export interface Embedder {
  /** Model, revision, dimensions and prefix scheme in one word; stored with the index, a change is caught. */
  readonly id: string;
  readonly dimensions: number;
  /** What computes: `wasm`, `onnxruntime-node 1.16.3`, `ollama`, … stored beside each vector. */
  readonly runtime: string;
  /** True if document text leaves this machine. */
  readonly remote: boolean;
  /**
   * Unit vectors, in the order of `texts`. Prefixes and truncation are the driver's business.
   * Throws RagError('unavailable' | 'rate_limited' | 'config') after its own retries; stops on `signal`.
   */
  embed(texts: string[], kind: 'query' | 'passage', signal?: AbortSignal): Promise<Float32Array[]>;
  close(): Promise<void>;
}

export interface Message {
  role: 'system' | 'user' | 'assistant';
  content: string;
}

export interface Generator {
  readonly id: string;
  readonly remote: boolean;
  /** Yields text as it comes. Throws RagError('unavailable' | 'rate_limited' | 'config'); stops on `signal`. */
  generate(messages: Message[], signal?: AbortSignal): AsyncIterable<string>;
  close(): Promise<void>;
}
