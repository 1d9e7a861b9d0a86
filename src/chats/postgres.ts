import { RagError } from '../errors.ts';
import type { Ask } from '../postgres/postgres.ts';
import type { Chats, Session, Turn } from './chats.ts';
import { isSessionId } from './id.ts';

interface Row {
  session: string;
  turns: Turn[];
}

/** A row a turn. */
export function openChats(ask: Ask): Chats {
  const load = (where: string, values: unknown[]) =>
    ask<Row>(`SELECT session, json_agg(turn ORDER BY key) AS turns FROM turns ${where} GROUP BY session`, values);

  return {
    async list() {
      const sessions = (await load('', [])).map(toSession);
      return sessions.sort((a, b) => (a.started < b.started ? 1 : -1));
    },
    async find(id) {
      if (!isSessionId(id)) return undefined;
      const known = await ask<{ session: string }>(
        'SELECT DISTINCT session FROM turns WHERE starts_with(session, $1) ORDER BY session LIMIT 2',
        [id],
      );
      // An id comes before all that only begin so.
      const exact = known[0]?.session === id || known.length === 1 ? known[0]!.session : undefined;
      if (exact === undefined) return undefined;
      return toSession((await load('WHERE session = $1', [exact]))[0]!);
    },
    async append(id, turn) {
      if (!isSessionId(id)) throw new RagError('usage', `${id} is no session id`);
      await ask('INSERT INTO turns (session, turn) VALUES ($1, $2)', [id, JSON.stringify(turn)]);
    },
  };
}

function toSession({ session, turns }: Row): Session {
  const [first] = turns as [Turn, ...Turn[]];
  return { id: session, title: first.question, started: first.at, turns };
}
