import { ReadError, type Reader, type ReadOptions, type Recogniser } from '../readers/reader.ts';
import { indexText, type Passage, passageCutter } from '../text/chunk.ts';
import type { Chunk, Locator, Prepared, Problem, Section } from '../types.ts';
import { sha256 } from './digest.ts';

/** `terms` in whatever form suits where the chunk goes. */
export type ChunkWith<T> = Omit<Chunk, 'terms'> & { terms: T };

export interface PrepareDeps<T> {
  sniff(bytes: Uint8Array, name: string): string;
  readerFor(type: string): Promise<Reader | undefined>;
  /** Why a type without a reader is skipped. */
  unsupportedReason(type: string): string;
  /** Tokens of the built-in model, whatever the embedder: chunks are the same in every home. */
  countTokens(text: string): number;
  countTerms(text: string): T;
}

export interface PrepareInput {
  bytes: Uint8Array;
  /** In place of `bytes`: a file that is read from the disk piece by piece. Digest: SHA-256, hex. */
  large?: { type: string; digest: string; read: Reader } | undefined;
  name: string;
  source: string;
  maxTokens: number;
  /** SHA-256 of the version in the store. */
  known?: string;
  /** Empty: all. */
  allowedTypes: string[];
  /** For encrypted files, tried in turn. */
  passwords: string[];
  /** Containers around it. */
  depth: number;
  /** Takes what lies in this file; says when there is room for more. */
  member(name: string, content: Uint8Array | Problem): Promise<void>;
  ocr?: Recogniser;
  signal?: AbortSignal;
}

/** Containers without a text of their own. */
const ARCHIVES = new Set(['zip', 'tar', 'gzip']);
/** Containers in containers; what lies deeper is not looked at. */
const MAX_DEPTH = 4;

/** What is known at the end, or that nothing changed, and the chunks that filled no batch. */
export interface Complete<T> {
  prepared: Prepared | 'unchanged';
  rest: ChunkWith<T>[];
}

const BATCH = 64;

/** Bytes of a file → its chunks, in order, in small batches. Throws ReadError if the file gives no document. */
export async function* prepare<T>(
  deps: PrepareDeps<T>,
  input: PrepareInput,
): AsyncGenerator<ChunkWith<T>[], Complete<T>> {
  const digest = input.large?.digest ?? sha256(input.bytes);
  if (digest === input.known) return { prepared: 'unchanged', rest: [] };
  const id = sha256(`${input.source}\0${digest}`);
  const type = input.large?.type ?? deps.sniff(input.bytes, input.name);
  if (input.bytes.length === 0 && !input.large) throw new ReadError('empty', 'the file is empty');
  if (
    input.allowedTypes.length > 0 &&
    !ARCHIVES.has(type) &&
    !type
      .split(':')
      .concat(type)
      .some((word) => input.allowedTypes.includes(word))
  )
    throw new ReadError('excluded', `${type} is not in ALLOWED_FILE_TYPES`);
  const read = input.large?.read ?? (await deps.readerFor(type));
  if (read === undefined) throw new ReadError('unsupported', deps.unsupportedReason(type));

  const end: Prepared = { id, type, title: '', sha256: digest, sections: [] };
  if (ARCHIVES.has(type) && input.depth >= MAX_DEPTH)
    throw new ReadError('too_large', `archives are nested more than ${MAX_DEPTH} deep`);
  let members = 0;
  const options: ReadOptions = {
    name: input.name,
    partial: (problem) => void (end.problem ??= problem),
    ...(input.ocr ? { ocr: input.ocr } : {}),
    ...(input.signal ? { signal: input.signal } : {}),
    async child(name, content) {
      members++;
      if (input.depth < MAX_DEPTH) await input.member(name, content);
    },
  };
  const observe = observer(end);
  const cutter = passageCutter({ maxTokens: input.maxTokens, countTokens: deps.countTokens });
  const batch: ChunkWith<T>[] = [];
  let position = 0;
  const add = (passage: Passage) => {
    const { start, end, text, context, locator } = passage;
    const terms = deps.countTerms(indexText(passage));
    batch.push({ id: `${id}:${position}`, document: id, position, start, end, text, context, locator, terms });
    position++;
  };
  for await (const section of unlocked(read, input, options)) {
    observe(section);
    for (const passage of cutter.add(section)) {
      add(passage);
      if (batch.length === BATCH) yield batch.splice(0);
    }
  }
  for (const passage of cutter.end()) add(passage);
  if (position === 0 && members === 0)
    throw end.problem ? new ReadError(end.problem.code, end.problem.reason) : emptyOf(type);
  return { prepared: end, rest: batch };
}

function emptyOf(type: string): ReadError {
  if (ARCHIVES.has(type)) return new ReadError('empty', 'no file in this archive');
  return new ReadError('empty', `no text in this ${type} file`);
}

/** The file's sections, opened with the first password that fits; none is tried first. */
async function* unlocked(read: Reader, input: PrepareInput, options: ReadOptions): AsyncGenerator<Section> {
  for (const password of [undefined, ...input.passwords]) {
    const sections = read(input.bytes, password === undefined ? options : { ...options, password })[
      Symbol.asyncIterator
    ]();
    let first: IteratorResult<Section>;
    try {
      first = await sections.next();
    } catch (error) {
      const locked = error instanceof ReadError && error.problem.code === 'encrypted';
      if (locked && password !== input.passwords.at(-1)) continue;
      throw error;
    }
    if (first.done) return;
    yield first.value;
    yield* { [Symbol.asyncIterator]: () => sections };
    return;
  }
}

/** Notes where sections start, the title and the last page while they pass by. */
function observer(end: Prepared): (section: Section) => void {
  let offset = 0;
  let last: string | undefined;
  let before: Section | undefined;
  return (section) => {
    if (end.title === '' && section.title) end.title = section.title;
    const page = section.locator.page ?? section.locator.slide;
    if (page !== undefined) end.pages = Math.max(end.pages ?? 0, page);
    const table = tableMark(section, before);
    const key = place(section.locator) + (table ?? '');
    // A line tells each piece of a long section apart; without one, pieces of one place are one entry.
    if (section.text !== '' && key !== last)
      end.sections.push({ start: offset, locator: section.locator, ...(table === undefined ? {} : { table }) });
    last = key;
    before = section;
    offset += section.text.length;
  };
}

/** The header of a table that begins here, true within one. A table that ends leaves an empty line. */
function tableMark(section: Section, before: Section | undefined): string | true | undefined {
  if (section.kind !== 'table') return undefined;
  const goesOn =
    before?.kind === 'table' &&
    before.header === section.header &&
    before.locator.sheet === section.locator.sheet &&
    !before.text.endsWith('\n\n');
  return goesOn || (section.header ?? '');
}

function place(locator: Locator): string {
  return JSON.stringify(locator);
}
