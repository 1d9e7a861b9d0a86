import type { Session } from '../chats/chats.ts';
import { RagError } from '../errors.ts';
import type { Embedder } from '../models/models.ts';
import type { Store, StoreReader } from '../store/store.ts';
import type { Io } from '../types.ts';
import type { Case } from './cases.ts';
import { embedPending } from './embed.ts';
import { rankOf } from './measure.ts';
import { makeQuestions } from './questions.ts';
import { type SearchDeps, search } from './search.ts';

export interface SwitchDeps {
  store: Store;
  /** The model to be. */
  embedder: Embedder;
  /** Makes the vectors of the questions: with the model to be, and with the one in use. */
  questions: { next: Embedder; present(): Promise<Embedder> };
  bridge: SearchDeps['bridge'];
}

export interface SwitchInput {
  /** Questions asked before, with the passages they led to. None: questions are made from the documents. */
  past: Case[];
  /** Switch although more questions do worse. */
  force: boolean;
  expired(): boolean;
}

export interface SwitchResult {
  from?: string;
  to: string;
  /** Questions whose passage comes earlier, later, or at the same rank. */
  better: number;
  worse: number;
  same: number;
  embedded: number;
  pending: number;
  switched: boolean;
}

const K = 10;
/** Enough for a sign test to see a tenth; more costs time on large homes. */
const MOST = 200;

/**
 * Builds another model's vectors beside those in use, asks both the same questions, and changes their places in one step. Can be
 * stopped at any moment and goes on where it was; what was in use stays for the way back. Throws RagError('refused') if the
 * new one does worse.
 */
export async function switchModel(deps: SwitchDeps, input: SwitchInput, io: Io): Promise<SwitchResult> {
  const { store, embedder } = deps;
  const { model: from } = await store.fingerprint();
  const none = { better: 0, worse: 0, same: 0 };
  const result = { ...(from === undefined ? {} : { from }), to: embedder.id, ...none };
  if (from === embedder.id) {
    const { chunks, embedded } = await store.coverage();
    return { ...result, embedded: 0, pending: chunks - embedded, switched: false };
  }
  await store.shelve(embedder.id);
  const { embedded, pending, stopped } = await embedPending(
    store,
    embedder,
    { expired: input.expired, onShelf: true },
    io,
  );
  if (stopped) return { ...result, embedded, pending, switched: false };
  const compared = from === undefined ? none : await compare(deps, input, io);
  if (compared.worse > compared.better && !input.force) {
    const { better, worse, same } = compared;
    throw new RagError('refused', `${embedder.id} does worse on ${worse} questions and better on ${better}`, {
      hint: 'both are kept and nothing was switched; rag model use … --yes switches all the same',
      zhHint: '两者都保留，未切换；rag model use … --yes 仍可切换',
      zh: `${embedder.id} 在 ${worse} 个问题上更差，在 ${better} 个上更好；未切换`,
      details: { ...result, better, worse, same },
    });
  }
  await store.switchShelf();
  return { ...result, ...compared, embedded, pending, switched: true };
}

/** Back to the model before. Throws RagError('not_found') if none is kept. */
export async function undoSwitch(store: Store): Promise<SwitchResult> {
  const { model: from } = await store.fingerprint();
  await store.switchShelf();
  const { model: to } = await store.fingerprint();
  const { chunks, embedded } = await store.coverage();
  const none = { better: 0, worse: 0, same: 0, embedded: 0 };
  return { ...(from === undefined ? {} : { from }), to: to!, ...none, pending: chunks - embedded, switched: true };
}

/** What was asked before, and where the answers stood. */
export function pastQuestions(sessions: Session[], questions: Case[]): Case[] {
  const asked = sessions.flatMap(({ turns }) =>
    turns.flatMap(({ question, standalone, citations: [first] }): Case[] =>
      first === undefined ? [] : [{ question: standalone ?? question, quote: first.quote, source: first.source }],
    ),
  );
  const known = new Map<string, Case>([...questions, ...asked].map((one) => [one.question, one]));
  return [...known.values()].filter(({ quote, source, doc }) => quote ?? source ?? doc);
}

async function compare(deps: SwitchDeps, { past }: SwitchInput, io: Io) {
  const { store, questions, bridge } = deps;
  const cases = past.length > 0 ? past : await makeQuestions(store, { count: MOST, signal: io.signal });
  const shelf = await store.onShelf();
  const counts = { better: 0, worse: 0, same: 0 };
  try {
    const legs = [side(store, await questions.present(), bridge), side(shelf, questions.next, bridge)];
    for (const one of cases.slice(0, MOST)) {
      io.signal.throwIfAborted();
      const ranks = [];
      for (const leg of legs) {
        const how = { k: K, mode: 'hybrid' as const, embedBudget: 0, explain: false };
        const { hits } = await search(leg, { ...how, text: one.question }, io);
        ranks.push(rankOf(hits, one) ?? K + 1);
      }
      const [present, next] = ranks as [number, number];
      counts[next < present ? 'better' : next > present ? 'worse' : 'same']++;
    }
  } finally {
    await shelf.close();
  }
  return counts;
}

function side(store: StoreReader, embedder: Embedder, bridge: SearchDeps['bridge']): SearchDeps {
  return { store, embedder: async () => embedder, bridge, keep: async () => {} };
}
