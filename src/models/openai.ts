import { RagError } from '../errors.ts';
import type { Embedder, Generator, Message } from './models.ts';
import { type OpenaiServerOptions, openaiServer } from './openai-server.ts';
import { prefixesOf } from './prefixes.ts';
import { type BatchLimits, batchesOf, boundText, requireDimensions, unitVectors } from './vectors.ts';

export interface OpenaiEmbedderOptions extends OpenaiServerOptions {
  model: string;
  batch?: Partial<BatchLimits>;
  /** Asked of models that can give shorter vectors. Default: what the first answer has. */
  dimensions?: number | undefined;
}

export interface OpenaiGeneratorOptions extends OpenaiServerOptions {
  model: string;
  /** Longest answer. */
  answerTokens?: number;
}

const BATCH: BatchLimits = { items: 64, characters: 100_000 };
const EMBED_MS = 60_000;
const GENERATE_MS = 300_000;
const ANSWER_TOKENS = 1024;

/** Asks once, for a text of ours, to learn the dimensions. Throws RagError('unavailable' | 'rate_limited' | 'config'). */
export async function openOpenaiEmbedder(options: OpenaiEmbedderOptions): Promise<Embedder> {
  const { model } = options;
  const server = openaiServer({ timeoutMs: EMBED_MS, ...options });
  const prefixes = prefixesOf(model);
  const limits = { ...BATCH, ...options.batch };
  const who = `${server.name}, model ${model},`;

  function embedBatch(batch: string[], signal?: AbortSignal): Promise<Float32Array[]> {
    return server.request(async (client) => {
      const { data } = await client.embeddings.create(
        {
          model,
          input: batch,
          // Otherwise the client asks for base64 and misreads servers that answer with numbers all the same.
          encoding_format: 'float',
          ...(options.dimensions !== undefined && { dimensions: options.dimensions }),
        },
        { signal },
      );
      const inOrder = data.toSorted((a, b) => a.index - b.index).map(({ embedding }) => embedding);
      return unitVectors(inOrder, batch.length, who);
    }, signal);
  }

  const [first] = await embedBatch([boundText('')]);
  const dimensions = first!.length;
  return {
    id: `${model}@openai/${dimensions}/${prefixes.scheme}`,
    dimensions,
    runtime: 'openai',
    remote: server.remote,
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

/** Asks nothing before the first message. */
export async function openOpenaiGenerator(options: OpenaiGeneratorOptions): Promise<Generator> {
  const { model, answerTokens = ANSWER_TOKENS } = options;
  const server = openaiServer({ timeoutMs: GENERATE_MS, ...options });
  /** Settings that some models refuse; what is refused once is left out from then on. */
  const wishes: { temperature?: number; max_tokens?: number } = { temperature: 0, max_tokens: answerTokens };

  /** Resolves with the first piece of the answer, so that a retry never repeats what was shown. */
  async function begin(messages: Message[], stop: AbortSignal) {
    return server.request(async (client) => {
      const pieces = await client.chat.completions.create(
        { model, messages, stream: true, ...wishes },
        { signal: stop },
      );
      const rest = pieces[Symbol.asyncIterator]();
      return { rest, first: await rest.next() };
    }, stop);
  }

  async function beginWithoutRefused(messages: Message[], stop: AbortSignal) {
    for (;;) {
      try {
        return await begin(messages, stop);
      } catch (error) {
        const refused = error instanceof RagError ? error.details?.param : undefined;
        if (typeof refused !== 'string' || !(refused in wishes)) throw error;
        delete wishes[refused as keyof typeof wishes];
      }
    }
  }

  return {
    id: `openai/${model}`,
    remote: server.remote,
    async *generate(messages, signal) {
      const stop = new AbortController();
      const abort = () => stop.abort(signal?.reason);
      signal?.throwIfAborted();
      signal?.addEventListener('abort', abort, { once: true });
      try {
        const { rest, first } = await beginWithoutRefused(messages, stop.signal);
        for (let piece = first; piece.done !== true; piece = await rest.next()) {
          const text = piece.value.choices[0]?.delta?.content;
          if (text) yield text;
        }
        // The client ends an aborted stream as if it were complete.
        signal?.throwIfAborted();
      } catch (error) {
        signal?.throwIfAborted();
        throw server.judge(error).error;
      } finally {
        signal?.removeEventListener('abort', abort);
        // A reader that stops early stops the model too.
        stop.abort();
      }
    },
    close: async () => {},
  };
}
