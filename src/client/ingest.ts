import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { dirname, isAbsolute } from 'node:path';
import { RagError } from '../errors.ts';
import type { Counts, FileReport, IngestInput } from '../pipeline/ingest.ts';
import { pace } from '../pipeline/progress.ts';
import { survey } from '../pipeline/survey.ts';
import { type Attempt, mayPass } from '../pipeline/unchanged.ts';
import { uploadProblem } from '../pipeline/uploadname.ts';
import type { Found } from '../pipeline/walk.ts';
import { isSpaced } from '../space.ts';
import type { Stamp } from '../store/store.ts';
import type { Io, Problem } from '../types.ts';
import { cameFromAddress, fetchAddress } from './addresses.ts';
import { inBatches } from './batches.ts';
import type { Client, Known, Uploaded } from './client.ts';
import { namesOf } from './spaces.ts';

export type RemoteInput = Pick<
  IngestInput,
  'paths' | 'cwd' | 'root' | 'include' | 'exclude' | 'maxBytes' | 'collection' | 'tags' | 'dryRun' | 'stdin' | 'expired'
> & {
  /** To be fetched by the server. */
  addresses: string[];
  /** Where the user's settings name one. */
  defaultCollection?: string;
  embed: boolean;
};

export interface RemoteResult {
  counts: Counts;
  chunks: number;
  embedded: number;
  bytes: number;
  files: FileReport[];
  stopped: boolean;
  coverage: { chunks: number; embedded: number };
}

/**
 * Files here → the home behind an API: what `ingest` does, with the same rules for what is taken and what is gone. Only what is not there
 * with the same bytes is sent, under its path below `root`. What was reported stays done; the same call goes on where this one stopped.
 */
export async function ingestRemote(client: Client, input: RemoteInput, io: Io): Promise<RemoteResult> {
  const { collection, defaultCollection } = input;
  const all = await client.known(io.signal, { collection, defaultCollection });
  const { stamps, there, here } = namesOf(all);
  const known: Known = { ...all, stamps };
  const attempt: Attempt = { ...known.attempt, retry: [], rescan: false };
  // Nothing counts as the same by its time, which other machines have set: the bytes decide.
  const timeless = new Map([...known.stamps].map(([source, stamp]) => [source, { ...stamp, mtimeMs: Number.NaN }]));
  const walked: IngestInput = { ...IRRELEVANT, ...input, defaultCollection: '', ocr: known.attempt.ocr };
  const found = await survey(timeless, attempt, walked, io);
  const counts: Counts = {
    ...{ added: 0, updated: 0, unchanged: 0, renamed: 0, removed: 0, skipped: 0, partial: 0, failed: 0 },
  };
  const result: RemoteResult = {
    ...{ counts, chunks: 0, embedded: 0, bytes: 0, files: [], stopped: false },
    coverage: { chunks: 0, embedded: 0 },
  };
  const done = (report: FileReport) => {
    counts[report.status]++;
    result.files.push(report);
    io.report({ type: 'file', ...report });
  };
  /** Of a file by its name here. */
  const told = (report: FileReport) => done({ ...report, source: there(report.source) });
  const outside = found.changed.find(({ source, content }) => !content && isAbsolute(source));
  if (outside) throw notBelow(input.root, outside.source);
  for (const { source, status, problem } of found.problems) told({ source, status, ...problem });

  const wanted: (Found & { sha256: string })[] = [];
  for (const file of found.changed) {
    io.signal.throwIfAborted();
    const problem = unfit(file, Math.min(input.maxBytes, known.maxBytes));
    if (problem) {
      told({ source: file.source, status: 'skipped', ...problem });
      continue;
    }
    const sha256 = await digestOf(file);
    if (typeof sha256 !== 'string') {
      told({ source: file.source, status: 'failed', ...sha256 });
      continue;
    }
    const stamp = known.stamps.get(file.source);
    if (stamp && same(file, sha256, stamp, attempt) && !found.incomplete(file.source) && !relabelled(stamp, input))
      for (const source of [file.source, ...found.members(file.source)]) unchanged(source, known, told);
    else wanted.push({ ...file, sha256 });
  }

  const missed = [...found.gone].filter(([source, stamp]) => !cameFromAddress(source, stamp));
  const gone = missed.filter(([, stamp]) => stamp.document);
  const movedFrom = moves(wanted, known.stamps, gone);
  // Files are counted here, over all batches.
  const quiet: Io = {
    ...io,
    report: (event) => {
      if (event.type === 'warn' || event.type === 'note') io.report(event);
    },
  };
  const progress = pace(io, 'files');
  progress.total(
    wanted.length,
    wanted.reduce((sum, { bytes }) => sum + bytes, 0),
  );
  for await (const batch of inBatches(wanted)) {
    if (input.expired() || io.signal.aborted) {
      result.stopped = true;
      break;
    }
    if (input.dryRun)
      for (const { source } of batch) {
        const status = movedFrom.has(source) ? 'renamed' : known.stamps.get(source)?.document ? 'updated' : 'added';
        told({ source, status });
      }
    else await send(batch);
    for (const { bytes } of batch) progress.file(bytes, 0, 0);
    result.bytes += batch.reduce((sum, { bytes }) => sum + bytes, 0);
  }
  progress.end();

  async function send(batch: (Found & { sha256: string })[]): Promise<void> {
    const { tags, embed } = input;
    const mtimes = Object.fromEntries(
      batch.filter(({ content }) => !content).map(({ source, mtimeMs }) => [source, Math.floor(mtimeMs)]),
    );
    const about = { paths: true, collection, defaultCollection, tags, embed, mtimes };
    const uploads = batch.map(({ source, path, content }) => ({ name: source, content: content ?? path }));
    add(await client.upload(uploads, about, quiet));
  }

  function add(sent: Uploaded): void {
    for (const report of sent.files) {
      const renamed = report.status === 'added' && movedFrom.has(here(report.source));
      done(renamed ? { ...report, status: 'renamed' } : report);
    }
    counts.unchanged += sent.unchanged;
    result.chunks += sent.chunks;
    result.embedded += sent.embedded;
  }

  const sole = input.addresses.length === 1 && input.paths.length === 0 && !input.stdin;
  for (const address of input.addresses) {
    if (input.expired() || io.signal.aborted) {
      result.stopped = true;
      break;
    }
    const fetched = await fetchAddress(client, address, input, sole, quiet);
    if ('source' in fetched) done(fetched);
    else {
      add(fetched);
      result.bytes += fetched.bytes;
    }
  }

  if (!result.stopped && !io.signal.aborted) {
    const sources = missed.map(([source]) => there(source));
    if (!input.dryRun && sources.length > 0) await client.forget(sources, io.signal);
    const moved = new Set(movedFrom.values());
    for (const [source] of gone) if (!moved.has(source)) told({ source, status: 'removed' });
  }
  const { chunks, embedded } = await client.status(io.signal);
  return { ...result, coverage: { chunks, embedded } };
}

function notBelow(root: string, path: string): RagError {
  return new RagError(
    'usage',
    `${path} lies outside of ${root}: sources in the stack home are paths below that folder`,
    {
      hint: `cd ${dirname(path)} first, or to a folder above it`,
      zhHint: `请先 cd ${dirname(path)}，或进入其上级文件夹`,
      zh: `${path} 不在 ${root} 之下：stack 库中的来源是该文件夹下的路径`,
    },
  );
}

const IRRELEVANT = { maxTokens: 0, allowedTypes: [], passwords: [], retry: [], rescan: false };

function unfit({ source, bytes }: Found, limit: number): Pick<FileReport, 'code' | 'reason'> | undefined {
  // What another system cannot keep, the server says: it knows which one it is.
  const name = isSpaced(source) ? 'its folder is called like the space of a collection' : uploadProblem(source, 'any');
  if (name !== undefined) return { code: 'excluded', reason: `it cannot be kept under this name: ${name}` };
  return bytes > limit ? { code: 'too_large', reason: `${bytes} bytes, over MAX_FILE_SIZE (${limit})` } : undefined;
}

/** By the digest; of what could not be read none is known, so size and time (to the millisecond) tell. */
function same(file: Found, sha256: string, stamp: Stamp, attempt: Attempt): boolean {
  if (mayPass(stamp, attempt)) return false;
  if (stamp.sha256 !== '') return stamp.sha256 === sha256;
  return file.bytes === stamp.bytes && Math.abs(Math.floor(file.mtimeMs) - stamp.mtimeMs) < 1;
}

function relabelled(stamp: Stamp, { collection, tags }: RemoteInput): boolean {
  if (!stamp.document) return false;
  const other = tags !== undefined && JSON.stringify(tags) !== JSON.stringify(stamp.tags);
  return other || (collection !== undefined && collection !== stamp.collection);
}

function unchanged(source: string, { stamps }: Known, done: (report: FileReport) => void): void {
  const { problem, container } = stamps.get(source)!;
  if (problem) done({ source, status: problem.status, code: problem.code, reason: problem.reason });
  else if (!container) done({ source, status: 'unchanged' });
}

/** New source → the one that is gone and had the same bytes. */
function moves(
  wanted: { source: string; sha256: string }[],
  stamps: Map<string, Stamp>,
  gone: [string, Stamp][],
): Map<string, string> {
  const from = new Map<string, string[]>();
  for (const [source, { sha256 }] of gone) from.set(sha256, [...(from.get(sha256) ?? []), source]);
  const moved = new Map<string, string>();
  for (const { source, sha256 } of wanted) {
    const before = stamps.get(source)?.document ? undefined : from.get(sha256)?.shift();
    if (before !== undefined) moved.set(source, before);
  }
  return moved;
}

async function digestOf({ path, content }: Found): Promise<string | Problem> {
  const hash = createHash('sha256');
  if (content) return hash.update(content).digest('hex');
  try {
    for await (const part of createReadStream(path)) hash.update(part as Buffer);
  } catch (error) {
    return { code: 'unreadable', reason: `it cannot be read (${(error as NodeJS.ErrnoException).code})` };
  }
  return hash.digest('hex');
}
