import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Job, Sandbox } from '../readers/sandbox.ts';
import type { OcrMode } from '../types.ts';
import { memberNames } from './members.ts';

export interface OriginalDeps {
  sandbox: Sandbox;
  /** The folder that holds `.rag/`: sources are relative to it. */
  root: string;
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
  const job = await jobOf(deps, source);
  if (job === undefined) return undefined;
  const reading = deps.sandbox.read(job);
  const parts: string[] = [];
  for (;;) {
    const { done, value } = await reading.next();
    if (done) return value === 'unchanged' ? undefined : { text: parts.join(''), sha256: value.sha256 };
    if (!('name' in value)) for (const chunk of value) parts.push(chunk.text);
  }
}

/** How to read a source now: the file on the disk, or the bytes of a member. Undefined if it is not there; throws ReadError. */
export async function jobOf(deps: OriginalDeps, source: string): Promise<Job | undefined> {
  const [outer, ...chain] = split(deps.root, source);
  if (outer === undefined) return undefined;
  const job: Job = {
    ...{ path: outer, source, name: lastName(outer), depth: 0, allowedTypes: [] },
    ...{ maxTokens: deps.maxTokens, passwords: deps.passwords, ocr: deps.ocr },
  };
  return descend(deps.sandbox, job, chain);
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

/** The file on the disk, and the members on the way to the source; `!/` may also stand in a folder's name. */
function split(root: string, source: string): string[] {
  const parts = source.split('!/');
  for (let n = 1; n <= parts.length; n++) {
    const path = resolve(root, parts.slice(0, n).join('!/'));
    if (statSync(path, { throwIfNoEntry: false })?.isFile()) return [path, ...parts.slice(n)];
  }
  return [];
}

const lastName = (path: string) => path.slice(path.lastIndexOf('/') + 1);
