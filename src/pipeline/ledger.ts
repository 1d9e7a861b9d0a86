import type { Stamp, Store } from '../store/store.ts';
import type { Document, FileStatus, Io, Problem } from '../types.ts';
import type { Counts, FileReport, IngestInput, IngestResult } from './ingest.ts';
import { type Pace, pace } from './progress.ts';
import type { Survey } from './survey.ts';
import { type Attempt, versionOf } from './unchanged.ts';
import type { Found } from './walk.ts';

/** Not meant for us: no failure. */
const NOT_OURS = new Set<Problem['code']>(['unsupported', 'excluded', 'too_large', 'empty']);

/** What this run did to each file, counted, reported, and remembered for the next one. */
export interface Ledger {
  result: IngestResult;
  progress: Pace;
  done(report: FileReport): void;
  /** Gave no document. */
  problem(found: Found, what: Problem, stamp: Stamp | undefined): Promise<void>;
  unchanged(found: Found, stamp: Stamp): Promise<void>;
  /** It is in the store; a partial one is remembered as such, so that it is named again but not read again. */
  finished(document: Document, report: FileReport, chunks: number): Promise<void>;
  /** An archive whose members are all accounted for; it is no document itself. */
  archive(found: Found, sha256: string, problem: Problem | undefined): Promise<void>;
}

export function openLedger(store: Store, known: Survey, attempt: Attempt, input: IngestInput, io: Io): Ledger {
  const counts: Counts = {
    ...{ added: 0, updated: 0, unchanged: 0, renamed: 0, removed: 0, skipped: 0, partial: 0, failed: 0 },
  };
  const result: IngestResult = { counts, chunks: 0, bytes: 0, files: [], stopped: false };
  const progress = pace(io, 'files');

  const done = (report: FileReport) => {
    counts[report.status]++;
    result.files.push(report);
    io.report({ type: 'file', ...report });
  };

  function remember(
    { source, bytes, mtimeMs }: Pick<Found, 'source' | 'bytes' | 'mtimeMs'>,
    what: Problem,
    status: 'skipped' | 'partial' | 'failed',
    sha256: string,
    document: boolean,
  ): Promise<void> {
    const problem = { ...what, status, version: versionOf(attempt) };
    return store.note(source, { bytes, mtimeMs, sha256, document, collection: '', tags: {}, problem });
  }

  async function unchanged(found: Pick<Found, 'source'>, stamp: Stamp): Promise<void> {
    if (stamp.problem) {
      const { status, code, reason } = stamp.problem;
      return done({ source: found.source, status, code, reason });
    }
    if (stamp.container) return;
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
    async finished(document, report, chunks) {
      if (document.problem) await remember(document, document.problem, 'partial', document.sha256, true);
      done(report);
      progress.file(document.bytes, chunks, document.pages ?? 0);
    },
    async problem(found, what, stamp) {
      const status: FileStatus = NOT_OURS.has(what.code) ? 'skipped' : 'failed';
      if (!input.dryRun) await remember(found, what, status, '', stamp?.document ?? false);
      done({ source: found.source, status, ...what });
      progress.file(found.bytes, 0, 0);
    },
    async archive(found, sha256, problem) {
      const { source, bytes, mtimeMs } = found;
      if (problem) {
        if (!input.dryRun) await remember(found, problem, 'partial', sha256, false);
        done({ source, status: 'partial', ...problem });
      } else if (!input.dryRun)
        await store.note(source, {
          ...{ bytes, mtimeMs, sha256, document: false, container: true, collection: '', tags: {} },
        });
      progress.file(bytes, 0, 0);
    },
    async unchanged(found, stamp) {
      await unchanged(found, stamp);
      for (const member of known.members(found.source)) await unchanged({ source: member }, known.stamps.get(member)!);
    },
  };
}
