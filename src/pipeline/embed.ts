import { RagError } from '../errors.ts';
import type { Embedder } from '../models/models.ts';
import type { Pending, Store } from '../store/store.ts';
import type { Io } from '../types.ts';
import { pace } from './progress.ts';

export interface EmbedInput {
  expired(): boolean;
  /** The vectors go to the store's shelf, which is there. */
  onShelf?: boolean;
}

export interface EmbedResult {
  embedded: number;
  pending: number;
  /** Stopped before the end, by the budget or by the user. */
  stopped: boolean;
}

/** Texts of one commit: a second or two of work, which is what a kill may cost. */
const BATCH = 32;
/** Batches under way, so that no worker waits for a commit. */
const AHEAD = 3;

/** Gives every chunk that has none its vector, newest file first. Resumable: what was committed stays. */
export async function embedPending(store: Store, embedder: Embedder, input: EmbedInput, io: Io): Promise<EmbedResult> {
  if (!input.onShelf) await checkModel(store, embedder);
  if (embedder.remote) io.report({ type: 'note', message: `texts of this home are sent to ${embedder.id}` });
  const before = await coverageOf(store, input);
  const progress = pace(io, 'chunks');
  progress.total(before.chunks - before.embedded, 0);
  const under: Promise<void>[] = [];
  let stopped = false;
  let batch: Pending[] = [];
  const send = () => {
    const texts = batch;
    batch = [];
    if (texts.length === 0) return;
    under.push(
      embedder
        .embed(
          texts.map((pending) => pending.text),
          'passage',
          io.signal,
        )
        .then(async (vectors) => {
          await store.putVectors(
            embedder.id,
            embedder.runtime,
            new Map(texts.map(({ hash }, i) => [hash, vectors[i]!])),
          );
          progress.chunks(texts.length);
        }),
    );
  };
  try {
    for await (const pending of store.pending(embedder.id)) {
      if (io.signal.aborted || input.expired()) {
        stopped = true;
        break;
      }
      batch.push(pending);
      if (batch.length < BATCH) continue;
      send();
      if (under.length >= AHEAD) await under.shift();
    }
    if (!stopped) send();
    await Promise.all(under);
  } catch (error) {
    await Promise.allSettled(under);
    if (!io.signal.aborted) throw error;
    stopped = true;
  }
  progress.end();
  const after = await coverageOf(store, input);
  return { embedded: after.embedded - before.embedded, pending: after.chunks - after.embedded, stopped };
}

async function coverageOf(store: Store, { onShelf }: EmbedInput): Promise<{ chunks: number; embedded: number }> {
  const coverage = await store.coverage();
  return onShelf ? { ...coverage, ...(await store.fingerprint()).shelf } : coverage;
}

/** Caught before any text is embedded. */
export async function checkModel(store: Pick<Store, 'fingerprint'>, embedder: Pick<Embedder, 'id'>): Promise<void> {
  const { model } = await store.fingerprint();
  if (model === undefined || model === embedder.id) return;
  throw new RagError('config', `this home holds vectors of ${model}, but the configured model is ${embedder.id}`, {
    hint: 'rag model use builds the new vectors beside the old ones, compares, and switches; or set the model back',
    zhHint: 'rag model use 会在旧向量旁建立新向量，比较后切换；或改回原来的模型',
    zh: `此库中的向量来自 ${model}，而当前配置的模型是 ${embedder.id}`,
  });
}
