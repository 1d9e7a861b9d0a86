import { ReadError } from '../readers/reader.ts';
import type { Sandbox } from '../readers/sandbox.ts';
import type { Draft, Stamp, Store } from '../store/store.ts';
import type { Chunk, Document, FileStatus, Io, Prepared, Problem } from '../types.ts';
import { commitQueue } from './commits.ts';
import { type Pace, pace } from './progress.ts';
import { isUnchanged } from './unchanged.ts';
import { type Found, type Walk, walk } from './walk.ts';

export interface IngestDeps {
  store: Store;
  sandbox: Sandbox;
  /** A file that could not be read is tried again by another version. */
  version: string;
  /** Files read at once. */
  parallel: number;
}

export interface IngestInput {
  paths: string[];
  cwd: string;
  root: string;
  include: string[];
  exclude: string[];
  maxBytes: number;
  maxTokens: number;
  allowedTypes: string[];
  collection?: string;
  tags?: Record<string, string>;
  defaultCollection: string;
  dryRun: boolean;
  stdin?: { name: string; bytes: Uint8Array };
  /** True when time is up: no further file is begun. */
  expired(): boolean;
}

export interface FileReport {
  source: string;
  status: FileStatus;
  code?: Problem['code'];
  reason?: string;
}

export type Counts = Record<FileStatus, number>;

export interface IngestResult {
  counts: Counts;
  /** Chunks written in this run. */
  chunks: number;
  /** Bytes of the files read. */
  bytes: number;
  files: FileReport[];
  stopped: boolean;
}

/** Not meant for us: no failure. */
const NOT_OURS = new Set<Problem['code']>(['unsupported', 'excluded', 'too_large', 'empty']);
/** Chunks held before a document is written piece by piece, invisible until its end. */
const HELD_CHUNKS = 2048;

/** Files → store. Reports each file only once its commit has happened. A bad file is a report, not an exception. */
export async function ingest(deps: IngestDeps, input: IngestInput, io: Io): Promise<IngestResult> {
  const found = await scan(input, io);
  const stamps = await deps.store.stamps();
  const seen = new Set(found.files.map((file) => file.source));
  const gone = new Map<string, Stamp>();
  for (const [source, stamp] of stamps) if (!seen.has(source) && found.covers(source)) gone.set(source, stamp);

  const run = openRun(deps, input, io, gone);
  for (const { source, status, problem } of found.problems) run.done({ source, status, ...problem });
  const changed = [];
  for (const file of found.files) {
    const stamp = stamps.get(file.source);
    if (stamp && isUnchanged(file, stamp, deps.version)) await run.unchanged(file, stamp);
    else changed.push(file);
  }
  run.progress.total(
    changed.length,
    changed.reduce((sum, file) => sum + file.bytes, 0),
  );
  const queue = changed.values();
  const worker = async () => {
    for (const file of queue) {
      if (run.halted() || input.expired()) return run.stop();
      await run.file(file, stamps.get(file.source));
    }
  };
  // A full disk stops all of them; none is left running behind the error.
  await Promise.all(Array.from({ length: deps.parallel }, () => worker().catch(run.fail)));
  await run.finish();
  return run.result;
}

/** A folder to walk, or standard input as a file of its own. */
async function scan(input: IngestInput, io: Io): Promise<Walk> {
  const found = await walk({ ...input, signal: io.signal });
  const { stdin } = input;
  if (stdin) found.files.push({ path: '-', source: stdin.name, bytes: stdin.bytes.length, mtimeMs: 0 });
  io.report({ type: 'scan', files: found.files.length });
  return found;
}

function openRun(deps: IngestDeps, input: IngestInput, io: Io, gone: Map<string, Stamp>) {
  const { store, sandbox } = deps;
  const counts: Counts = {
    ...{ added: 0, updated: 0, unchanged: 0, renamed: 0, removed: 0, skipped: 0, partial: 0, failed: 0 },
  };
  const result: IngestResult = { counts, chunks: 0, bytes: 0, files: [], stopped: false };
  const progress: Pace = pace(io, 'files');
  const done = (report: FileReport) => {
    counts[report.status]++;
    result.files.push(report);
    io.report({ type: 'file', ...report });
  };
  const commits = commitQueue(store, async ({ document, chunks }, report) => {
    result.chunks += chunks.length;
    await finished(document, report, chunks.length);
  });
  /** It is in the store; a partial one is remembered as such, so that it is named again but not read again. */
  async function finished(document: Document, report: FileReport, chunks: number): Promise<void> {
    if (document.problem) await remember({ ...document, path: '' }, document.problem, 'partial', document.sha256, true);
    done(report);
    progress.file(document.bytes, chunks, document.pages ?? 0);
  }
  const failures: unknown[] = [];
  const halted = () => io.signal.aborted || failures.length > 0;
  /** Only one document at a time is written in pieces, so that what is held in memory stays bounded. */
  let large = Promise.resolve();

  async function file(found: Found, stamp: Stamp | undefined): Promise<void> {
    if (found.bytes > input.maxBytes) {
      const reason = `${found.bytes} bytes, over MAX_FILE_SIZE (${input.maxBytes})`;
      return problem(found, { code: 'too_large', reason }, stamp);
    }
    result.bytes += found.bytes;
    const job = {
      path: found.path,
      ...(found.path === '-' ? { bytes: input.stdin!.bytes } : {}),
      name: found.source.slice(found.source.lastIndexOf('/') + 1),
      source: found.source,
      maxTokens: input.maxTokens,
      allowedTypes: input.allowedTypes,
      ...(stamp?.document && stamp.problem === undefined ? { known: stamp.sha256 } : {}),
    };
    let held: Chunk[] = [];
    let draft: Draft | undefined;
    let freeLarge = () => {};
    try {
      const reading = sandbox.read(job);
      for (;;) {
        if (halted()) {
          await reading.return(undefined as never);
          return;
        }
        const { done: ended, value } = await reading.next();
        if (ended) {
          if (value === 'unchanged') {
            if (!input.dryRun) await store.touch(found.source, found.mtimeMs);
            return unchanged(found, stamp!);
          }
          await complete(found, stamp, value, held, draft);
          return;
        }
        held.push(...value);
        if (held.length < HELD_CHUNKS || input.dryRun) continue;
        if (draft === undefined) {
          const before = large;
          large = new Promise((resolve) => {
            freeLarge = resolve;
          });
          await before;
          draft = await store.draft(asDocument(found, stamp, { ...EMPTY, id: value[0]!.document }));
        }
        await draft.add(held);
        result.chunks += held.length;
        held = [];
      }
    } catch (error) {
      await draft?.discard();
      if (!(error instanceof ReadError)) throw error;
      await problem(found, error.problem, stamp);
    } finally {
      freeLarge();
    }
  }

  async function complete(found: Found, stamp: Stamp | undefined, prepared: Prepared, chunks: Chunk[], draft?: Draft) {
    const document = asDocument(found, stamp, prepared);
    const from = stamp?.document ? undefined : movedFrom(prepared.sha256);
    const status: FileStatus = prepared.problem ? 'partial' : from ? 'renamed' : stamp?.document ? 'updated' : 'added';
    const report: FileReport = { source: found.source, status, ...prepared.problem };
    if (input.dryRun) {
      result.chunks += chunks.length;
      return done(report);
    }
    if (draft) {
      await draft.add(chunks);
      await draft.commit(document);
      if (from) await store.remove(from);
      result.chunks += chunks.length;
      await finished(document, report, chunks.length);
    } else await commits.add({ document, chunks }, report, from);
  }

  /** A file that is gone from where it was, with the same bytes. */
  function movedFrom(digest: string): string | undefined {
    for (const [source, stamp] of gone)
      if (stamp.document && stamp.sha256 === digest) {
        gone.delete(source);
        return source;
      }
    return undefined;
  }

  function asDocument(found: Found, stamp: Stamp | undefined, prepared: Prepared): Document {
    return {
      id: prepared.id,
      source: found.source,
      title: prepared.title || found.source.slice(found.source.lastIndexOf('/') + 1),
      type: prepared.type,
      bytes: found.bytes,
      sha256: prepared.sha256,
      mtimeMs: found.mtimeMs,
      ...(prepared.pages === undefined ? {} : { pages: prepared.pages }),
      collection: input.collection ?? (stamp?.collection || input.defaultCollection),
      tags: input.tags ?? stamp?.tags ?? {},
      ingested: new Date().toISOString(),
      status: prepared.problem ? 'partial' : 'ok',
      ...(prepared.problem ? { problem: prepared.problem } : {}),
      sections: prepared.sections,
    };
  }

  async function problem(found: Found, what: Problem, stamp: Stamp | undefined): Promise<void> {
    const status = NOT_OURS.has(what.code) ? 'skipped' : 'failed';
    if (!input.dryRun) await remember(found, what, status, '', stamp?.document ?? false);
    done({ source: found.source, status, ...what });
    progress.file(found.bytes, 0, 0);
  }

  function remember(
    { source, bytes, mtimeMs }: Found,
    what: Problem,
    status: 'skipped' | 'partial' | 'failed',
    sha256: string,
    document: boolean,
  ): Promise<void> {
    const problem = { ...what, status, version: deps.version };
    return store.note(source, { bytes, mtimeMs, sha256, document, collection: '', tags: {}, problem });
  }

  async function unchanged(found: Found, stamp: Stamp): Promise<void> {
    if (stamp.problem) {
      const { status, code, reason } = stamp.problem;
      return done({ source: found.source, status, code, reason });
    }
    const labels = {
      ...(input.collection !== undefined && input.collection !== stamp.collection
        ? { collection: input.collection }
        : {}),
      ...(input.tags !== undefined && JSON.stringify(input.tags) !== JSON.stringify(stamp.tags)
        ? { tags: input.tags }
        : {}),
    };
    const relabelled = Object.keys(labels).length > 0 && !input.dryRun && (await store.label(found.source, labels));
    done({ source: found.source, status: relabelled ? 'updated' : 'unchanged' });
  }

  return {
    result,
    progress,
    done,
    file,
    unchanged,
    halted,
    fail(error: unknown) {
      failures.push(error);
    },
    stop() {
      result.stopped = true;
    },
    /** Throws the first failure that was not a file's own. */
    async finish() {
      if (failures.length > 0) throw failures[0];
      await commits.flush();
      progress.end();
      if (result.stopped || io.signal.aborted) return;
      for (const [source, stamp] of gone) {
        if (!input.dryRun) await store.remove(source);
        if (stamp.document) done({ source, status: 'removed' });
      }
      if (!input.dryRun) await store.compact();
    },
  };
}

const EMPTY: Prepared = { id: '', type: '', title: '', sha256: '', sections: [] };
