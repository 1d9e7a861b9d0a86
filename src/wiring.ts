import type { Context } from './context.ts';
import type { AnswerDeps } from './pipeline/answer.ts';
import type { IngestInput } from './pipeline/ingest.ts';
import type { OriginalDeps } from './pipeline/original.ts';
import type { SearchDeps } from './pipeline/search.ts';
import type { SyncDeps } from './pipeline/sync.ts';
import type { Store, StoreReader } from './store/store.ts';
import { version } from './version.ts';

// What each flow needs, out of a home's drivers: the same for the command line, the API and the tool server.

/** The model reads at most 512 tokens; 400 leaves room for its frame and for other models' tokenizers. */
const MAX_TOKENS = 400;
/** Files under way for each reader: some are read, the others wait in its queue or for their commit. */
const FILES_A_WORKER = 32;

/** What the settings say about an ingest, before anything that a run adds. */
export function inputDefaults({ config: { values }, ocrMode }: Context): Omit<IngestInput, 'paths' | 'cwd' | 'root'> {
  return {
    include: [],
    exclude: [],
    maxBytes: values.MAX_FILE_SIZE,
    maxTokens: MAX_TOKENS,
    ocr: ocrMode(),
    rescan: false,
    allowedTypes: values.ALLOWED_FILE_TYPES,
    passwords: [],
    retry: [],
    defaultCollection: values.COLLECTION,
    dryRun: false,
    expired: () => false,
  };
}

/** `retokenizing` is called before the stored text is indexed again. */
export async function syncDeps(
  context: Context,
  store: Store,
  { embed, retokenizing }: { embed: boolean; retokenizing(): void },
): Promise<SyncDeps> {
  return {
    ...{ store, version: version(), retokenizing, sandbox: await context.sandbox() },
    parallel: FILES_A_WORKER * context.workers + 1,
    embedder: embed ? () => context.embedder('bulk') : undefined,
  };
}

/** On a view of the home that is open already, else on one for as long as the context is open. */
export async function searchDeps(context: Context, open?: StoreReader): Promise<SearchDeps> {
  return {
    store: open ?? (await context.reader()),
    embedder: () => context.embedder('question'),
    bridge: () => context.bridge(),
    async keep(model, runtime, vectors) {
      const writer = await context.writerIfFree();
      if (writer === undefined) return;
      await writer.store.putVectors(model, runtime, vectors).finally(writer.release);
    },
  };
}

export async function answerDeps(context: Context): Promise<AnswerDeps> {
  return { ...(await searchDeps(context)), generator: () => context.generator() };
}

export async function originalDeps(context: Context, passwords: string[]): Promise<OriginalDeps> {
  return {
    ...{ sandbox: await context.sandbox(), originals: await context.originals(), ocr: context.ocrMode() },
    ...{ passwords, maxTokens: MAX_TOKENS },
  };
}

/** How long another writer may take. */
const FORGET_SECONDS = 10;

/** Takes sources out of the home, and out of the originals of a server home; resolves to those that were known. */
export async function forget(context: Context, sources: string[], waitSeconds = FORGET_SECONDS): Promise<string[]> {
  const services = await context.services();
  const { store, release } = await context.writer(waitSeconds);
  try {
    const removed: string[] = [];
    for (const source of sources) {
      const remove = async () => {
        await services?.register.forget([source]);
        if (await store.remove(source)) removed.push(source);
      };
      // A worker that reads it right now would put it in again.
      await (services ? services.register.exclusively(source, remove) : remove());
    }
    await services?.wrote();
    return removed;
  } finally {
    await release();
  }
}
