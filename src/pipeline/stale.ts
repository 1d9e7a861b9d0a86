import type { Session } from '../chats/chats.ts';
import type { StoreReader } from '../store/store.ts';
import { textOf } from './extracted.ts';
import { whereIs } from './verify.ts';

export interface StaleAnswer {
  session: string;
  at: string;
  question: string;
  /** What it rests on and is not so any more. */
  citations: { n: number; source: string; quote: string; reason: 'gone' | 'changed' }[];
}

/** Saved answers whose quotes do not stand in the documents as the home knows them now. Reads no file. */
export async function staleAnswers(
  store: StoreReader,
  sessions: Session[],
): Promise<{ answers: number; stale: StaleAnswer[] }> {
  const texts = new Map<string, Promise<string | undefined>>();
  const stale: StaleAnswer[] = [];
  let answers = 0;
  for (const { id, turns } of sessions)
    for (const { at, question, citations } of turns) {
      answers++;
      const wrong: StaleAnswer['citations'] = [];
      for (const citation of citations) {
        const { n, source, quote } = citation;
        const document = await store.find(source);
        if (document?.id === citation.document) continue;
        if (!texts.has(source)) texts.set(source, document ? textOf(store, document) : Promise.resolve(undefined));
        const text = await texts.get(source);
        if (text === undefined) wrong.push({ n, source, quote, reason: 'gone' });
        else if (whereIs(text, citation) === undefined) wrong.push({ n, source, quote, reason: 'changed' });
      }
      if (wrong.length > 0) stale.push({ session: id, at, question, citations: wrong });
    }
  return { answers, stale };
}
