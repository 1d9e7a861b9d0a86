import type { Sandbox } from '../readers/sandbox.ts';
import type { Store } from '../store/store.ts';
import type { FileStatus, Io, OcrMode, Problem } from '../types.ts';
import { openIntake } from './intake.ts';
import { openLedger } from './ledger.ts';
import { survey } from './survey.ts';
import type { Attempt } from './unchanged.ts';

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
  ocr: OcrMode;
  /** PDFs are read again though they did not change: to recognise what had been taken from their text. */
  rescan: boolean;
  /** For encrypted files, tried in turn. */
  passwords: string[];
  /** Problems that this run's options may cure: such files are read again though they did not change. */
  retry: Problem['code'][];
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

/** Files → store. Reports each file only once its commit has happened. A bad file is a report, not an exception. */
export async function ingest(deps: IngestDeps, input: IngestInput, io: Io): Promise<IngestResult> {
  const { store } = deps;
  const attempt: Attempt = { ...input, version: deps.version };
  const known = await survey(await store.stamps(), attempt, input, io);
  const { changed, gone } = known;
  const ledger = openLedger(store, known, attempt, input, io);
  const { result } = ledger;
  for (const { source, status, problem } of known.problems) ledger.done({ source, status, ...problem });
  for (const { file, stamp } of known.same) await ledger.unchanged(file, stamp);
  const intake = openIntake(deps, input, io, known, ledger);
  ledger.progress.total(
    changed.length,
    changed.reduce((sum, file) => sum + file.bytes, 0),
  );
  const queue = changed.values();
  const worker = async () => {
    for (const file of queue) {
      if (intake.halted() || input.expired()) {
        result.stopped = true;
        return;
      }
      await intake.file(file);
    }
  };
  // A full disk stops all of them; none is left running behind the error.
  await Promise.all(Array.from({ length: deps.parallel }, () => worker().catch(intake.fail)));
  await intake.finish();
  ledger.progress.end();
  if (result.stopped || io.signal.aborted) return result;
  for (const [source, stamp] of gone) {
    if (!input.dryRun) await store.remove(source);
    if (stamp.document) ledger.done({ source, status: 'removed' });
  }
  if (!input.dryRun) await store.compact();
  return result;
}
