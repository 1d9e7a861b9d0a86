import { randomUUID } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Session } from '../chats/chats.ts';
import { RagError } from '../errors.ts';
import { pace } from '../pipeline/progress.ts';
import type { Io } from '../types.ts';
import { type Asked, type Parity, parityOf } from './parity.ts';

/** A file that documents came from. */
export interface Original {
  source: string;
  sha256: string;
  bytes: number;
  mtimeMs: number;
}

export interface SideStatus {
  documents: number;
  chunks: number;
  embedded: number;
  /** Whose vectors it holds. */
  model?: string;
}

/** A home on one side of a move. */
export interface Side {
  /** For people: a folder, or an address. */
  readonly name: string;
  status(): Promise<SideStatus>;
  /** Writes everything but originals and conversations into a pack. */
  give(file: string): Promise<void>;
  /** Takes a pack in; safe to repeat. */
  take(file: string): Promise<{ added: number; updated: number; unchanged: number; pending: number }>;
  originals(): AsyncIterable<Original>;
  /** Throws RagError('not_found') if its bytes are not there, or not those, any more. */
  read(original: Original): Promise<AsyncIterable<Uint8Array>>;
  /** Which of these it does not have. */
  missing(originals: Original[]): Promise<Original[]>;
  /** Keeps the bytes; throws RagError('refused') if something else is in their place. */
  write(original: Original, bytes: AsyncIterable<Uint8Array>): Promise<void>;
  sessions(): Promise<Session[]>;
  /** Adds the turns that it does not have. Resolves to how many those were. */
  remember(session: Session): Promise<number>;
  /** Ids of the best ten passages. */
  search(question: string, mode: 'hybrid' | 'lexical' | 'vector'): Promise<string[]>;
}

export interface MoveInput {
  /** A folder for the pack on its way; made if it is not there. */
  scratch: string;
  /** Both sides are asked these; called when everything is over there. */
  questions(): Promise<string[]>;
}

export interface Moved {
  from: string;
  to: string;
  documents: number;
  chunks: number;
  added: number;
  updated: number;
  unchanged: number;
  /** Without a vector on the other side. */
  pending: number;
  originals: { sent: number; present: number; absent: { source: string; reason: string }[] };
  sessions: number;
  turns: number;
  parity: Record<'hybrid' | 'lexical' | 'vector', Parity>;
}

/** Below this a home is not the same home any more. */
export const ENOUGH = 0.95;
const MODES = ['hybrid', 'lexical', 'vector'] as const;
const PAGE = 500;

/**
 * Brings what `from` holds to `to` without reading or embedding anything again: documents, passages and vectors as a pack, then originals
 * that are not there, then conversations; and asks both the same questions. Nothing is taken away on either side, so the same call
 * goes on where it was stopped. Throws RagError('refused') if `to` holds another model's vectors, RagError('verify') if the two
 * then answer differently.
 */
export async function moveHome(from: Side, to: Side, input: MoveInput, io: Io): Promise<Moved> {
  const [here, there] = [await from.status(), await to.status()];
  if (here.documents === 0)
    throw new RagError('refused', `${from.name} holds no documents`, {
      hint: 'rag ingest FOLDER first',
      zhHint: '请先运行 rag ingest FOLDER',
      zh: `${from.name} 中没有文档`,
    });
  if (there.model !== undefined && here.model !== undefined && there.model !== here.model)
    throw new RagError('refused', `${to.name} holds vectors of ${there.model}, ${from.name} of ${here.model}`, {
      hint: `give one of them the other's model first: rag model use`,
      zhHint: '请先让其中一个改用另一个的模型：rag model use',
      zh: `${to.name} 的向量来自 ${there.model}，${from.name} 的来自 ${here.model}`,
    });
  const taken = await carryPack(from, to, input.scratch);
  const originals = await carryOriginals(from, to, io);
  const talks = await carrySessions(from, to, io);
  const parity = await compare(from, to, await input.questions(), io);
  const after = await to.status();
  const { pending, ...counts } = taken;
  const result: Moved = {
    ...{ from: from.name, to: to.name, documents: here.documents, chunks: here.chunks, ...counts },
    ...{ pending: Math.max(pending, after.chunks - after.embedded), originals, ...talks, parity },
  };
  const low = MODES.filter((mode) => parity[mode].overlap < ENOUGH);
  if (low.length === 0) return result;
  const said = low.map((mode) => `${mode} ${parity[mode].overlap.toFixed(3)}`).join(', ');
  throw new RagError('verify', `${from.name} and ${to.name} answer differently: overlap of the best ten ${said}`, {
    hint: 'everything was brought over and nothing was switched; --json names the questions that differ most',
    zhHint: '全部内容已迁移，但未切换；--json 列出差异最大的问题',
    zh: `${from.name} 与 ${to.name} 的回答不同：前十重合度 ${said}；未切换`,
    details: { ...result },
  });
}

async function carryPack(from: Side, to: Side, scratch: string) {
  await mkdir(scratch, { recursive: true });
  const pack = join(scratch, `move-${randomUUID()}.ragpack`);
  try {
    await from.give(pack);
    return await to.take(pack);
  } finally {
    await rm(pack, { force: true });
  }
}

async function carryOriginals(from: Side, to: Side, io: Io): Promise<Moved['originals']> {
  const result: Moved['originals'] = { sent: 0, present: 0, absent: [] };
  const progress = pace(io, 'files');
  let page: Original[] = [];
  const flush = async () => {
    const missing = await to.missing(page);
    result.present += page.length - missing.length;
    for (const original of missing) {
      io.signal.throwIfAborted();
      try {
        await to.write(original, await from.read(original));
        result.sent++;
      } catch (error) {
        if (!(error instanceof RagError) || !['not_found', 'refused'].includes(error.code)) throw error;
        result.absent.push({ source: original.source, reason: error.message });
        io.report({ type: 'warn', message: error.message });
      }
      progress.file(original.bytes, 0, 0);
    }
    page = [];
  };
  for await (const original of from.originals()) {
    page.push(original);
    if (page.length >= PAGE) await flush();
  }
  if (page.length > 0) await flush();
  progress.end();
  return result;
}

async function carrySessions(from: Side, to: Side, io: Io): Promise<{ sessions: number; turns: number }> {
  const sessions = await from.sessions();
  let turns = 0;
  // Oldest first: that is the order in which they come about.
  for (const session of sessions.reverse()) {
    io.signal.throwIfAborted();
    turns += await to.remember(session);
  }
  return { sessions: sessions.length, turns };
}

async function compare(from: Side, to: Side, questions: string[], io: Io): Promise<Moved['parity']> {
  const result: Partial<Moved['parity']> = {};
  let done = 0;
  for (const mode of MODES) {
    const asked: Asked[] = [];
    for (const question of questions) {
      io.signal.throwIfAborted();
      const [before, after] = await Promise.all([from.search(question, mode), to.search(question, mode)]);
      asked.push({ question, before, after });
      io.report({
        type: 'progress',
        done: ++done,
        total: MODES.length * questions.length,
        unit: 'questions',
        rates: {},
      });
    }
    result[mode] = parityOf(asked);
  }
  return result as Moved['parity'];
}
