import { createHash } from 'node:crypto';
import { ReadError, type Reader } from '../readers/reader.ts';
import { chunkSections, indexText } from '../text/chunk.ts';
import { countTerms } from '../text/tokenize.ts';
import type { Chunk, Locator, Prepared, Problem, Section } from '../types.ts';

export interface PrepareDeps {
  sniff(bytes: Uint8Array, name: string): string;
  readerFor(type: string): Promise<Reader | undefined>;
  /** Why a type without a reader is skipped. */
  unsupportedReason(type: string): string;
  /** Tokens of the built-in model, whatever the embedder: chunks are the same in every home. */
  countTokens(text: string): number;
}

export interface PrepareInput {
  bytes: Uint8Array;
  name: string;
  source: string;
  maxTokens: number;
  /** SHA-256 of the version in the store. */
  known?: string;
  /** Empty: all. */
  allowedTypes: string[];
  signal?: AbortSignal;
}

export function sha256(data: Uint8Array | string): string {
  return createHash('sha256').update(data).digest('hex');
}

/**
 * Bytes of a file → its chunks, in order, in small batches; returns what is known at the end, or that nothing changed.
 * Throws ReadError if the file gives no document.
 */
export async function* prepare(
  deps: PrepareDeps,
  input: PrepareInput,
): AsyncGenerator<Chunk[], Prepared | 'unchanged'> {
  const digest = sha256(input.bytes);
  if (digest === input.known) return 'unchanged';
  const id = sha256(`${input.source}\0${digest}`);
  const type = deps.sniff(input.bytes, input.name);
  if (input.bytes.length === 0) throw new ReadError('empty', 'the file is empty');
  if (
    input.allowedTypes.length > 0 &&
    !type
      .split(':')
      .concat(type)
      .some((word) => input.allowedTypes.includes(word))
  )
    throw new ReadError('excluded', `${type} is not in ALLOWED_FILE_TYPES`);
  const read = await deps.readerFor(type);
  if (read === undefined) throw new ReadError('unsupported', deps.unsupportedReason(type));

  const end: Prepared = { id, type, title: '', sha256: digest, sections: [] };
  const options = {
    name: input.name,
    partial: (problem: Problem) => void (end.problem ??= problem),
    ...(input.signal ? { signal: input.signal } : {}),
  };
  const observed = observe(read(input.bytes, options), end);
  let batch: Chunk[] = [];
  let position = 0;
  for await (const passage of chunkSections(observed, { maxTokens: input.maxTokens, countTokens: deps.countTokens })) {
    const terms = countTerms(indexText(passage));
    batch.push({ ...passage, terms, id: `${id}:${position}`, document: id, position });
    position++;
    if (batch.length < 64) continue;
    yield batch;
    batch = [];
  }
  if (position === 0) throw end.problem ? new ReadError(end.problem.code, end.problem.reason) : emptyOf(type);
  if (batch.length > 0) yield batch;
  return end;
}

function emptyOf(type: string): ReadError {
  return new ReadError('empty', `no text in this ${type} file`);
}

/** Notes where sections start, the title and the last page while they pass by. */
async function* observe(sections: AsyncIterable<Section>, end: Prepared): AsyncGenerator<Section> {
  let offset = 0;
  let last: string | undefined;
  for await (const section of sections) {
    if (end.title === '' && section.title) end.title = section.title;
    const page = section.locator.page ?? section.locator.slide;
    if (page !== undefined) end.pages = Math.max(end.pages ?? 0, page);
    const key = place(section.locator);
    // A line tells each piece of a long section apart; without one, pieces of one place are one entry.
    if (section.text !== '' && key !== last) end.sections.push({ start: offset, locator: section.locator });
    last = key;
    offset += section.text.length;
    yield section;
  }
}

function place(locator: Locator): string {
  return JSON.stringify(locator);
}
