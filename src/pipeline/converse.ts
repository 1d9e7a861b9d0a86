import type { Chats, Session, Turn } from '../chats/chats.ts';
import type { Io } from '../types.ts';
import { type AnswerDeps, type AnswerResult, answer } from './answer.ts';
import { standalone } from './followup.ts';
import type { SearchInput } from './search.ts';

export interface ConverseDeps extends AnswerDeps {
  chats: Chats;
}

export interface Conversed {
  turn: Turn;
  result: AnswerResult;
}

/** One turn of a conversation: makes the question stand alone, answers it, and remembers both with the evidence. */
export async function converse(
  deps: ConverseDeps,
  session: Pick<Session, 'id' | 'turns'>,
  input: SearchInput,
  io: Io,
): Promise<Conversed> {
  const history = session.turns.map((turn) => ({ question: turn.standalone ?? turn.question, answer: turn.answer }));
  const text = await standalone(input.text, history, await deps.generator(), io.signal);
  const result = await answer(deps, { ...input, text }, io);
  const turn: Turn = {
    at: new Date().toISOString(),
    question: input.text,
    ...(text === input.text ? {} : { standalone: text }),
    answer: result.answer,
    abstained: result.abstained,
    model: result.model,
    seconds: result.seconds,
    citations: result.citations,
    unsupported: result.unsupported,
  };
  await deps.chats.append(session.id, turn);
  return { turn, result };
}

/** Sortable, and told apart when two begin in one millisecond: `20261123-142530-k3f9`. */
export function newSessionId(now: Date): string {
  const digits = now.toISOString().replace(/\D/g, '');
  return `${digits.slice(0, 8)}-${digits.slice(8, 14)}-${Math.random().toString(36).slice(2, 6).padEnd(4, '0')}`;
}
