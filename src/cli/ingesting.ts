import type { Context } from '../context.ts';
import type { IngestInput } from '../pipeline/ingest.ts';
import type { SyncDeps } from '../pipeline/sync.ts';
import type { Store } from '../store/store.ts';
import type { Invocation } from './app.ts';
import { version } from './version.ts';

/** The model reads at most 512 tokens; 400 leaves room for its frame and for other models' tokenizers. */
export const MAX_TOKENS = 400;

/** What the settings say about an ingest, before any flag. */
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

/** Files under way for each reader: some are read, the others wait in its queue or for their commit. */
const FILES_A_WORKER = 4;

export async function syncDeps(run: Invocation, store: Store, embed: boolean): Promise<SyncDeps> {
  const context = await run.context();
  return {
    store,
    sandbox: await context.sandbox(),
    version: version(),
    parallel: FILES_A_WORKER * context.workers + 1,
    embedder: embed ? () => context.embedder('bulk') : undefined,
    retokenizing: () => run.io.report({ type: 'note', message: run.say.retokenizing }),
  };
}
