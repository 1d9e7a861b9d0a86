import type { Originals } from '../originals/originals.ts';
import type { Job, Sandbox } from '../readers/sandbox.ts';
import type { OcrMode } from '../types.ts';
import { memberNames } from './members.ts';

export interface OriginalDeps {
  sandbox: Sandbox;
  originals: Originals;
  ocr: OcrMode;
  passwords: string[];
  /** As in ingest: where passages end does not matter here, but a reader's batches are counted in it. */
  maxTokens: number;
}

export interface Original {
  /** What the reader extracts from the file's bytes now. */
  text: string;
  /** Of the file's bytes. */
  sha256: string;
}

/**
 * Reads a source again from the file it came from, through archives and mails. Undefined if there is no such file or member;
 * throws ReadError if it is there and cannot be read.
 */
export async function original(deps: OriginalDeps, source: string): Promise<Original | undefined> {
  return withJob(deps, source, async (job) => {
    if (job === undefined) return undefined;
    const reading = deps.sandbox.read(job);
    const parts: string[] = [];
    for (;;) {
      const { done, value } = await reading.next();
      if (done) return value === 'unchanged' ? undefined : { text: parts.join(''), sha256: value.sha256 };
      if (!('name' in value)) for (const chunk of value) parts.push(chunk.text);
    }
  });
}

/** How to read a source now: its file, or the bytes of a member. Undefined if it is not there; throws ReadError. */
export async function withJob<T>(
  deps: OriginalDeps,
  source: string,
  work: (job: Job | undefined) => Promise<T>,
): Promise<T> {
  const held = await deps.originals.hold(source);
  if (held === undefined) return work(undefined);
  try {
    const job: Job = {
      ...{ path: held.path, source, name: held.name, depth: 0, allowedTypes: [] },
      ...{ maxTokens: deps.maxTokens, passwords: deps.passwords, ocr: deps.ocr },
    };
    return await work(await descend(deps.sandbox, job, held.members));
  } finally {
    held.release();
  }
}

async function descend(sandbox: Sandbox, job: Job, [wanted, ...rest]: string[]): Promise<Job | undefined> {
  if (wanted === undefined) return job;
  const reading = sandbox.read(job);
  const name = memberNames();
  for (;;) {
    const { done, value } = await reading.next();
    if (done) return undefined;
    if (!('name' in value) || name(value.name) !== wanted || !(value.content instanceof Uint8Array)) continue;
    const { content } = value;
    await reading.return('unchanged');
    return descend(sandbox, { ...job, path: '', bytes: content, name: lastName(wanted), depth: job.depth + 1 }, rest);
  }
}

const lastName = (path: string) => path.slice(path.lastIndexOf('/') + 1);
