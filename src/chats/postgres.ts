import { RagError } from '../errors.ts';
import type { Ask } from '../postgres/postgres.ts';
import type { Chats, Session, Turn } from './chats.ts';
import { isSessionId } from './id.ts';

interface Row {
  session: string;
  turns: Turn[];
}

/** A row a turn. `owner`: a user's own conversations; undefined for those of nobody. */
export function openChats(ask: Ask, owner: string | undefined): Chats {
  const own = owner ?? '';
  const load = (where: string, values: unknown[]) =>
    ask<Row>(
      `SELECT session, json_agg(turn ORDER BY key) AS turns FROM turns WHERE owner = $1 ${where} GROUP BY session`,
      [own, ...values],
    );

  return {
    async list() {
      const sessions = (await load('', [])).map(toSession);
      return sessions.sort((a, b) => (a.started < b.started ? 1 : -1));
    },
    async find(id) {
      if (!isSessionId(id)) return undefined;
      const known = await ask<{ session: string }>(
        'SELECT DISTINCT session FROM turns WHERE owner = $1 AND starts_with(session, $2) ORDER BY session LIMIT 2',
        [own, id],
      );
      // An id comes before all that only begin so.
      const exact = known[0]?.session === id || known.length === 1 ? known[0]!.session : undefined;
      if (exact === undefined) return undefined;
      return toSession((await load('AND session = $2', [exact]))[0]!);
    },
    async append(id, turn) {
      if (!isSessionId(id)) throw new RagError('usage', `${id} is no session id`);
      await ask('INSERT INTO turns (owner, session, turn) VALUES ($1, $2, $3)', [own, id, JSON.stringify(turn)]);
    },
  };
}

function toSession({ session, turns }: Row): Session {
  const [first] = turns as [Turn, ...Turn[]];
  return { id: session, title: first.question, started: first.at, turns };
}
