import { RagError } from '../errors.ts';
import type { Embedder, Generator, Message } from './models.ts';
import { listModels, type OllamaModel, ollamaServer, requireModel } from './ollama-server.ts';
import { prefixesOf } from './prefixes.ts';
import { retry } from './retry.ts';
import { type BatchLimits, batchesOf, boundText, requireDimensions, unitVectors } from './vectors.ts';

export interface OllamaOptions {
  /** e.g. http://localhost:11434 */
  baseUrl: string;
  /** One that is there; `:latest` may be left out. */
  model: string;
  /** Until the answer begins. Loading a model counts. */
  timeoutMs?: number;
  /** Attempts after the first. */
  retries?: number;
}

export interface OllamaEmbedderOptions extends OllamaOptions {
  /** Texts a request. */
  batch?: Partial<BatchLimits>;
}

export interface OllamaGeneratorOptions extends OllamaOptions {
  /** Tokens of prompt and answer together. A longer prompt is cut by the server without a word. Default: the server's. */
  contextTokens?: number | undefined;
  /** Longest answer. */
  answerTokens?: number;
}

const BATCH: BatchLimits = { items: 16, characters: 32_000 };
const EMBED_MS = 120_000;
const GENERATE_MS = 300_000;
const RETRIES = 2;
const ANSWER_TOKENS = 1024;

const PROBE_MS = 300;
const SHOW_MS = 5_000;

/**
 * The models of a server, last changed first; undefined if no Ollama answers within `timeoutMs`. Throws only for an
 * address that is none.
 */
export async function probe(baseUrl: string, timeoutMs = PROBE_MS): Promise<OllamaModel[] | undefined> {
  const { client } = ollamaServer(baseUrl);
  try {
    return await listModels(await client(AbortSignal.timeout(timeoutMs)));
  } catch {
    return undefined;
  }
}

/** The first model of a running server that answers questions and computes where the server runs, if there is one. */
export async function findChatModel(baseUrl: string): Promise<string | undefined> {
  const models = (await probe(baseUrl)) ?? [];
  const client = await ollamaServer(baseUrl).client(AbortSignal.timeout(SHOW_MS));
  for (const { name, cloud } of models) {
    // An embedding model says so only here; this may take a good part of a second a model.
    const shown = cloud ? undefined : await client.show({ model: name }).catch(() => undefined);
    if (shown?.capabilities.includes('completion')) return name;
  }
  return undefined;
}

/** Names of the models of a running server that embed and compute where the server runs. */
export async function findEmbeddingModels(baseUrl: string): Promise<string[]> {
  const local = ((await probe(baseUrl)) ?? []).filter(({ cloud }) => !cloud);
  const client = await ollamaServer(baseUrl).client(AbortSignal.timeout(SHOW_MS));
  const shown = await Promise.all(local.map(({ name }) => client.show({ model: name }).catch(() => undefined)));
  return local.flatMap(({ name }, i) => (shown[i]?.capabilities.includes('embedding') ? [name] : []));
}

/** Throws RagError('unavailable') if the server is down or lacks the model, RagError('config') if it cannot embed. */
export async function openOllamaEmbedder(options: OllamaEmbedderOptions): Promise<Embedder> {
  const ollama = ollamaServer(options.baseUrl);
  const { name, digest, remote } = await requireModel(ollama, options.model);
  const prefixes = prefixesOf(name);
  const limits = { ...BATCH, ...options.batch };
  const who = `${ollama.server.name}, model ${name},`;

  function embedBatch(batch: string[], signal: AbortSignal | undefined): Promise<Float32Array[]> {
    const attempt = async () => {
      const client = await ollama.client(until(signal, options.timeoutMs ?? EMBED_MS));
      const { embeddings } = await client.embed({ model: name, input: batch, truncate: true });
      return unitVectors(embeddings, batch.length, who);
    };
    return retry(attempt, ollama.judge, { retries: options.retries ?? RETRIES, signal });
  }

  const [first] = await embedBatch([boundText('')], undefined);
  const dimensions = first!.length;
  return {
    id: `${name}@${digest.slice(0, 12)}/${dimensions}/${prefixes.scheme}`,
    dimensions,
    runtime: 'ollama',
    remote,
    async embed(texts, kind, signal) {
      const vectors: Float32Array[] = [];
      const sent = texts.map((text) => prefixes[kind] + boundText(text));
      for (const batch of batchesOf(sent, limits)) vectors.push(...(await embedBatch(batch, signal)));
      requireDimensions(vectors, dimensions, who);
      return vectors;
    },
    close: async () => {},
  };
}

/** Throws RagError('unavailable') if the server is down or lacks the model. */
export async function openOllamaGenerator(options: OllamaGeneratorOptions): Promise<Generator> {
  const ollama = ollamaServer(options.baseUrl);
  const { name, remote } = await requireModel(ollama, options.model);
  const { contextTokens, answerTokens = ANSWER_TOKENS, timeoutMs = GENERATE_MS, retries = RETRIES } = options;

  /** Resolves with the first piece of the answer, so that a retry never repeats what was shown. */
  async function begin(messages: Message[], stop: AbortSignal) {
    const slow = new AbortController();
    const limit = setTimeout(() => slow.abort(new DOMException('no answer', 'TimeoutError')), timeoutMs);
    try {
      const client = await ollama.client(AbortSignal.any([stop, slow.signal]));
      const numbers = { temperature: 0, num_predict: answerTokens };
      const pieces = await client.chat({
        model: name,
        messages,
        stream: true,
        // A model that thinks aloud would spend the answer's tokens on it.
        think: false,
        options: contextTokens === undefined ? numbers : { ...numbers, num_ctx: contextTokens },
      });
      const rest = pieces[Symbol.asyncIterator]();
      return { rest, first: await rest.next() };
    } finally {
      clearTimeout(limit);
    }
  }

  return {
    id: `ollama/${name}`,
    remote,
    async *generate(messages, signal) {
      const stop = new AbortController();
      const abort = () => stop.abort(signal?.reason);
      signal?.addEventListener('abort', abort, { once: true });
      try {
        const { rest, first } = await retry(() => begin(messages, stop.signal), ollama.judge, { retries, signal });
        for (let piece = first; piece.done !== true; piece = await rest.next()) {
          if (piece.value.message.content !== '') yield piece.value.message.content;
        }
      } catch (error) {
        signal?.throwIfAborted();
        throw error instanceof RagError ? error : ollama.judge(error).error;
      } finally {
        signal?.removeEventListener('abort', abort);
        // A reader that stops early stops the model too.
        stop.abort();
      }
    },
    close: async () => {},
  };
}

function until(signal: AbortSignal | undefined, ms: number): AbortSignal {
  const limit = AbortSignal.timeout(ms);
  return signal === undefined ? limit : AbortSignal.any([signal, limit]);
}
