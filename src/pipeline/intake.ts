import { ReadError } from '../readers/reader.ts';
import type { Job } from '../readers/sandbox.ts';
import type { Draft, Stamp } from '../store/store.ts';
import type { Chunk, Document, FileStatus, Io, Prepared } from '../types.ts';
import { commitQueue } from './commits.ts';
import type { FileReport, IngestDeps, IngestInput } from './ingest.ts';
import type { Ledger } from './ledger.ts';
import { type Family, memberIntake } from './members.ts';
import type { Survey } from './survey.ts';
import { mustRescan } from './unchanged.ts';
import type { Found } from './walk.ts';

/** Chunks held before a document is written piece by piece, invisible until its end. */
const HELD_CHUNKS = 2048;

export interface Intake {
  /** Reads a file, what lies in it, and writes what came of it. */
  file(found: Found): Promise<void>;
  /** Whether no further file is to be begun: interrupted, or something broke that is not a file's own. */
  halted(): boolean;
  fail(error: unknown): void;
  /** Commits what waits; throws the first failure that was not a file's own. */
  finish(): Promise<void>;
}

export function openIntake(deps: IngestDeps, input: IngestInput, io: Io, known: Survey, ledger: Ledger): Intake {
  const { store, sandbox } = deps;
  const { stamps, gone } = known;
  const { result } = ledger;
  const failures: unknown[] = [];
  const halted = () => io.signal.aborted || failures.length > 0;
  const fail = (error: unknown) => void failures.push(error);
  const commits = commitQueue(store, async ({ document, chunks }, report) => {
    result.chunks += chunks.length;
    await ledger.finished(document, report, chunks.length);
  });
  const openFamily = memberIntake(input, ledger, { file, fail, halted });
  /** Of each depth only one document at a time is written in pieces, so that what is held in memory stays bounded. */
  const large: Promise<void>[] = [];

  async function file(found: Found): Promise<void> {
    const stamp = stamps.get(found.source);
    if (found.bytes > input.maxBytes) {
      const reason = `${found.bytes} bytes, over MAX_FILE_SIZE (${input.maxBytes})`;
      return ledger.problem(found, { code: 'too_large', reason }, stamp);
    }
    const depth = found.depth ?? 0;
    if (depth === 0) result.bytes += found.bytes;
    let held: Chunk[] = [];
    let draft: Draft | undefined;
    let freeLarge = () => {};
    const family = openFamily(found);
    try {
      const reading = sandbox.read(jobOf(found, stamp));
      for (;;) {
        if (halted()) {
          await reading.return(undefined as never);
          return;
        }
        const { done: ended, value } = await reading.next();
        if (ended) return await complete(found, value, held, draft, family);
        if ('name' in value) {
          await family.add(value);
          continue;
        }
        held.push(...value);
        if (held.length < HELD_CHUNKS || input.dryRun) continue;
        if (draft === undefined) {
          const before = large[depth];
          large[depth] = new Promise((resolve) => {
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
      await ledger.problem(found, error.problem, stamp);
    } finally {
      freeLarge();
      await family.end();
    }
  }

  function jobOf(found: Found, stamp: Stamp | undefined): Job {
    const { source, path, content } = found;
    const whole = stamp !== undefined && stamp.problem === undefined && (stamp.document || stamp.container);
    return {
      path,
      ...(content ? { bytes: content } : {}),
      name: source.slice(source.lastIndexOf('/') + 1),
      source,
      size: found.bytes,
      depth: found.depth ?? 0,
      maxTokens: input.maxTokens,
      allowedTypes: input.allowedTypes,
      passwords: input.passwords,
      ocr: input.ocr,
      ...(whole && !mustRescan(found, { ...input, version: deps.version }) && !known.incomplete(source)
        ? { known: stamp.sha256 }
        : {}),
    };
  }

  async function complete(
    found: Found,
    prepared: Prepared | 'unchanged',
    chunks: Chunk[],
    draft: Draft | undefined,
    family: Family,
  ): Promise<void> {
    const stamp = stamps.get(found.source);
    if (prepared === 'unchanged') {
      if (!input.dryRun) await store.touch(found.source, found.mtimeMs);
      return ledger.unchanged(found, stamp!);
    }
    // The file is known as read only after all that lies in it: a run that dies before reads it again.
    await family.end();
    if (family.members > 0) await commits.flush();
    if (halted() || family.cut) return draft?.discard();
    await dropMembers(found.source, family.sources);
    if (chunks.length === 0 && !draft) {
      if (stamp?.document && !input.dryRun) await store.remove(found.source);
      return ledger.archive(found, prepared.sha256, prepared.problem);
    }
    const document = asDocument(found, stamp, prepared);
    const from = stamp?.document ? undefined : movedFrom(prepared.sha256);
    const status: FileStatus = prepared.problem ? 'partial' : from ? 'renamed' : stamp?.document ? 'updated' : 'added';
    const report: FileReport = { source: found.source, status, ...prepared.problem };
    if (input.dryRun) {
      result.chunks += chunks.length;
      return ledger.done(report);
    }
    if (draft) {
      await draft.add(chunks);
      await draft.commit(document);
      if (from) await store.remove(from);
      result.chunks += chunks.length;
      await ledger.finished(document, report, chunks.length);
    } else await commits.add({ document, chunks }, report, from);
  }

  /** Members that were there the last time and are not now. */
  async function dropMembers(source: string, present: Set<string>): Promise<void> {
    for (const member of known.members(source)) {
      if (present.has(member) || stamps.get(member)?.container) continue;
      // What lies deeper is its own container's to drop, if that is still there.
      if ([...present].some((container) => member.startsWith(`${container}!/`))) continue;
      if (!input.dryRun) await store.remove(member);
      if (stamps.get(member)?.document) ledger.done({ source: member, status: 'removed' });
    }
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

  return {
    file,
    halted,
    fail,
    async finish() {
      if (failures.length > 0) throw failures[0];
      await commits.flush();
    },
  };
}

const EMPTY: Prepared = { id: '', type: '', title: '', sha256: '', sections: [] };
