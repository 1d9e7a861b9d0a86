import { useCallback, useEffect, useRef, useState } from 'react';
import { call, stream } from '../api.ts';
import type { Answered, Event, Turn } from '../api-types.ts';
import { change, nameConversation } from '../navigation.ts';

/** A question and what there is of its answer. */
export interface Asked {
  question: string;
  /** As it streams in; the whole answer is in `turn`. */
  text: string;
  notes: string[];
  turn?: Turn;
  error?: Error;
  stopped?: true;
}

export interface Conversation {
  asked: Asked[];
  busy: boolean;
  /** Why a saved conversation cannot be shown. */
  error: Error | undefined;
  ask(question: string, save: boolean): void;
  stop(): void;
  retry(save: boolean): void;
  begin(): void;
}

/** The conversation `id`, or a new one; what is asked goes on in it. */
export function useConversation(id: string | undefined): Conversation {
  const [asked, setAsked] = useState<Asked[]>([]);
  const [error, setError] = useState<Error>();
  const [busy, setBusy] = useState(false);
  const session = useRef<string>(undefined);
  const controller = useRef<AbortController>(undefined);

  useEffect(() => {
    if (id === session.current) return;
    controller.current?.abort();
    session.current = id;
    setError(undefined);
    setAsked([]);
    if (id === undefined) return;
    const loading = new AbortController();
    call('GET /api/v1/chat/session', { query: { id }, signal: loading.signal }).then(
      ({ turns }) => setAsked(turns.map((turn) => ({ question: turn.question, text: turn.answer, notes: [], turn }))),
      (failure: Error) => !loading.signal.aborted && setError(failure),
    );
    return () => loading.abort();
  }, [id]);

  const update = useCallback((next: (last: Asked) => Asked) => {
    setAsked((all) => all.map((one, i) => (i === all.length - 1 ? next(one) : one)));
  }, []);

  async function answer(question: string, save: boolean): Promise<void> {
    controller.current = new AbortController();
    const { signal } = controller.current;
    setBusy(true);
    const report = (event: Event) => {
      if (signal.aborted) return;
      if (event.type === 'token') update((last) => ({ ...last, text: last.text + event.text }));
      if (event.type === 'warn') update((last) => ({ ...last, notes: [...last.notes, event.message] }));
    };
    try {
      const turn = save ? await turnOf(question, signal, report) : await single(question, signal, report);
      update((last) => ({ ...last, text: turn.answer, turn }));
    } catch (failure) {
      if (signal.aborted) update((last) => ({ ...last, stopped: true }));
      else update((last) => ({ ...last, error: failure as Error }));
    } finally {
      if (controller.current?.signal === signal) setBusy(false);
    }
  }

  async function turnOf(text: string, signal: AbortSignal, report: (event: Event) => void): Promise<Turn> {
    const body = { text, ...(session.current ? { session: session.current } : {}) };
    const result = await stream('POST /api/v1/chat', { body, signal }, report);
    if (signal.aborted) throw new DOMException('', 'AbortError');
    session.current = result.session;
    nameConversation(result.session);
    return result.turn;
  }

  return {
    asked,
    busy,
    error,
    ask(question, save) {
      setAsked((all) => [...all, { question, text: '', notes: [] }]);
      void answer(question, save);
    },
    stop: () => controller.current?.abort(),
    retry(save) {
      const { question } = asked.at(-1)!;
      update(() => ({ question, text: '', notes: [] }));
      void answer(question, save);
    },
    begin() {
      controller.current?.abort();
      session.current = undefined;
      setAsked([]);
      setError(undefined);
      change({ c: undefined });
    },
  };
}

/** A question of its own, which the server does not keep. */
async function single(text: string, signal: AbortSignal, report: (event: Event) => void): Promise<Turn> {
  const result: Answered = await stream('POST /api/v1/query', { body: { text }, signal }, report);
  return { ...result, at: new Date().toISOString(), question: text };
}
