import * as z from 'zod';
import type { Session } from '../../chats/chats.ts';
import { RagError } from '../../errors.ts';
import { answer } from '../../pipeline/answer.ts';
import { converse, newSessionId } from '../../pipeline/converse.ts';
import { type SearchInput, search } from '../../pipeline/search.ts';
import { staleAnswers } from '../../pipeline/stale.ts';
import { why } from '../../pipeline/why.ts';
import type { Io } from '../../types.ts';
import { type Call, ioOf, route, withSearch, withStore } from '../call.ts';
import { meteredGenerator } from '../metered.ts';
import { answered, anything, question, searched, session, turn } from '../schemas.ts';
import { streamed, wantsStream } from '../sse.ts';

const stream = z.boolean().optional().meta({ description: 'Answer with server-sent events' });

function inputOf(body: z.infer<typeof question>): SearchInput {
  const { text, k, mode, filter, embedBudget, explain } = body;
  return {
    ...{ text, k, mode, embedBudget, explain },
    ...(filter ? { filter: filter as SearchInput['filter'] & object } : {}),
  };
}

const either = (call: Call, work: (io: Io) => Promise<object>) =>
  wantsStream(call) ? Promise.resolve(streamed(call, work)) : work(ioOf(call));

export const asking = [
  route({
    ...{
      method: 'post',
      path: '/api/v1/search',
      needs: 'reader',
      summary: 'Passages, best first',
      body: question,
      result: searched,
    },
    handle: (call) =>
      withSearch(call.deps, async (deps) => {
        call.deps.counted('searches', 1);
        return search(deps, inputOf(call.body), ioOf(call));
      }),
  }),
  route({
    ...{ method: 'post', path: '/api/v1/query', needs: 'reader', summary: 'An answer with citations', stream: true },
    ...{ body: question.extend({ stream }), result: answered },
    handle: (call) =>
      either(call, (io) =>
        withSearch(call.deps, async (deps) => {
          call.deps.counted('queries', 1);
          return answer({ ...deps, generator: () => meteredGenerator(call.deps) }, inputOf(call.body), io);
        }),
      ),
  }),
  route({
    ...{ method: 'post', path: '/api/v1/chat', needs: 'reader', summary: 'A turn of a conversation', stream: true },
    body: question.extend({ stream, session: z.string().optional().meta({ description: 'To go on with one' }) }),
    result: z.object({ session: z.string(), turn }),
    handle: (call) =>
      either(call, (io) =>
        withSearch(call.deps, async (deps) => {
          const chats = await call.deps.context.chats();
          const { session: id } = call.body as { session?: string };
          const known = id === undefined ? undefined : await chats.find(id);
          if (id !== undefined && known === undefined) throw new RagError('not_found', `no conversation ${id}`);
          const current = known ?? { id: newSessionId(new Date()), turns: [] };
          call.deps.counted('queries', 1);
          const all = { ...deps, chats, generator: () => meteredGenerator(call.deps) };
          const { turn } = await converse(all, current, inputOf(call.body), io);
          return { session: current.id, turn };
        }),
      ),
  }),
  route({
    ...{ method: 'get', path: '/api/v1/chat', needs: 'reader', summary: 'Saved conversations, newest first' },
    result: z.object({
      sessions: z.array(session),
    }),
    async handle({ deps }) {
      const sessions = await (await deps.context.chats()).list();
      return { sessions: sessions.map(({ turns, ...rest }) => ({ ...rest, turns: turns.length })) };
    },
  }),
  route({
    ...{
      method: 'get',
      path: '/api/v1/chat/stale',
      needs: 'reader',
      summary: 'Saved answers that rest on text that has changed',
    },
    result: z.object({ answers: z.int(), stale: z.array(anything) }),
    handle: ({ deps }) =>
      withStore(deps, async (store) => staleAnswers(store, await (await deps.context.chats()).list())),
  }),
  route({
    ...{ method: 'get', path: '/api/v1/chat/session', needs: 'reader', summary: 'One conversation' },
    query: z.object({ id: z.string() }),
    result: z.object({ id: z.string(), title: z.string(), started: z.string(), turns: z.array(turn) }),
    async handle({ deps, query }) {
      const found = await (await deps.context.chats()).find(query.id);
      if (found === undefined) throw new RagError('not_found', `no conversation ${query.id}`);
      return found;
    },
  }),
  route({
    ...{
      method: 'post',
      path: '/api/v1/chat/session',
      needs: 'reader',
      summary: 'Bring a conversation; turns it has are left as they are',
    },
    body: z.object({ id: z.string(), turns: z.array(turn) }),
    result: z.object({ added: z.int() }),
    async handle({ deps, body }) {
      const chats = await deps.context.chats();
      const { id, turns } = body as Pick<Session, 'id' | 'turns'>;
      const known = (await chats.find(id))?.turns.length ?? 0;
      for (const one of turns.slice(known)) await chats.append(id, one);
      return { added: Math.max(0, turns.length - known) };
    },
  }),
  route({
    ...{
      method: 'post',
      path: '/api/v1/why',
      needs: 'reader',
      summary: 'Why a passage was found, or where it got lost',
      result: anything,
    },
    body: question.extend({ doc: z.string(), passage: z.string().optional() }),
    handle: (call) =>
      withSearch(call.deps, async (deps) => {
        const { root } = call.deps.context;
        const { doc, passage } = call.body as { doc: string; passage?: string };
        // What lies on the disk and was not taken in is nothing to whoever sees a part of the home.
        if (call.caller.collections !== null && (await deps.store.find(doc)) === undefined)
          throw new RagError('not_found', `no document ${doc} in this home`);
        return why(deps, { ...inputOf(call.body), doc, cwd: root, root, ...(passage ? { passage } : {}) }, ioOf(call));
      }),
  }),
];
