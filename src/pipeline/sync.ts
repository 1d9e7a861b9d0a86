import type { Embedder } from '../models/models.ts';
import type { Coverage } from '../store/store.ts';
import type { Io } from '../types.ts';
import { embedPending } from './embed.ts';
import { renewTokens } from './fingerprint.ts';
import { type IngestDeps, type IngestInput, type IngestResult, ingest } from './ingest.ts';

export interface SyncDeps extends IngestDeps {
  /** Undefined: words only, `rag embed` adds the vectors. */
  embedder: (() => Promise<Embedder>) | undefined;
  retokenizing(): void;
}

export interface SyncResult extends IngestResult {
  embedded: number;
  coverage: Coverage;
}

/** Searchable first: all text is indexed by words, then what has no vector is embedded. */
export async function sync(deps: SyncDeps, input: IngestInput, io: Io): Promise<SyncResult> {
  await renewTokens(deps.store, deps.retokenizing, io.signal);
  const result = await ingest(deps, input, io);
  const coverage = await deps.store.coverage();
  const complete = coverage.embedded === coverage.chunks;
  if (deps.embedder === undefined || input.dryRun || io.signal.aborted || complete)
    return { ...result, embedded: 0, coverage };
  const { embedded, stopped } = await embedPending(deps.store, await deps.embedder(), input, io);
  return { ...result, stopped: result.stopped || stopped, embedded, coverage: await deps.store.coverage() };
}
