import { createHash } from 'node:crypto';
import type { Entry } from './originals/register.ts';
import type { IngestInput, IngestResult } from './pipeline/ingest.ts';

/** What a client may say of its files. */
export type Labels = Partial<Pick<IngestInput, 'collection' | 'tags' | 'defaultCollection'>> & {
  embed?: boolean;
  /** Collections of who sent them, who may write nowhere else; set by the API. */
  within?: string[];
};

/** Reads one original that was put and recorded. */
export type IngestJob = Omit<Entry, 'labels'> & { labels: Labels };

/** As `sync` has it, of one file; all counts 0 where other bytes, or none, are the source's by now. */
export type IngestDone = Pick<IngestResult, 'counts' | 'chunks' | 'bytes' | 'files'> & { embedded: number };

export const NOTHING: IngestDone = {
  counts: { added: 0, updated: 0, unchanged: 0, renamed: 0, removed: 0, skipped: 0, partial: 0, failed: 0 },
  ...{ chunks: 0, embedded: 0, bytes: 0, files: [] },
};

/** The same file, said the same of, is one job. */
export function ingestId({ source, sha256, labels }: IngestJob): string {
  return createHash('sha256')
    .update(JSON.stringify([source, sha256, labels]))
    .digest('hex');
}

/** What is done again and again, whoever asks, and how often in seconds. */
export const SCHEDULES = {
  /** Gives what has no vector its vector: an ingest without embedding, a pack, a model that was away. */
  embed: 60,
  /** Adds jobs that got lost: the process died between recording and adding, or the queue lost what it held. */
  requeue: 60,
  /** Removes bytes that no source has had for a week. */
  collect: 6 * 3600,
  /** Removes what nobody can see, and old versions where KEEP_VERSIONS_DAYS says so. */
  prune: 24 * 3600,
} as const;

export const GRACE_SECONDS = 7 * 24 * 3600;
