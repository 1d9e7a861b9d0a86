import { appendFile, mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { RagError } from '../errors.ts';
import type { Chats, Session, Turn } from './chats.ts';
import { isSessionId } from './id.ts';

/** A JSON-lines file a session, a line a turn: appended, never rewritten. A line cut off by a crash is left out. */
export function openChats(dir: string): Chats {
  const fileOf = (id: string) => join(dir, `${id}.jsonl`);

  async function load(id: string): Promise<Session | undefined> {
    const text = await readFile(fileOf(id), 'utf8').catch(() => undefined);
    const turns = text?.split('\n').flatMap(parse) ?? [];
    const [first] = turns;
    return first && { id, title: first.question, started: first.at, turns };
  }

  async function ids(): Promise<string[]> {
    const names = await readdir(dir).catch(() => []);
    return names.filter((name) => name.endsWith('.jsonl')).map((name) => name.slice(0, -'.jsonl'.length));
  }

  return {
    async list() {
      const sessions = await Promise.all((await ids()).map(load));
      return sessions.filter((session) => session !== undefined).sort((a, b) => (a.started < b.started ? 1 : -1));
    },
    async find(id) {
      // The name becomes a path: nothing but our own ids may.
      if (!isSessionId(id)) return undefined;
      const matching = (await ids()).filter((known) => known === id || known.startsWith(id));
      const exact = matching.find((known) => known === id) ?? (matching.length === 1 ? matching[0] : undefined);
      return exact === undefined ? undefined : load(exact);
    },
    async append(id, turn) {
      if (!isSessionId(id)) throw new RagError('usage', `${id} is no session id`);
      try {
        await mkdir(dir, { recursive: true });
        // A line that a crash cut off must not swallow this one.
        await appendFile(fileOf(id), `\n${JSON.stringify(turn)}\n`, { flush: true });
      } catch (cause) {
        const { code } = cause as NodeJS.ErrnoException;
        throw new RagError('config', `the conversation cannot be saved in ${dir} (${code})`, { cause });
      }
    },
  };
}

function parse(line: string): Turn[] {
  if (line === '') return [];
  try {
    return [JSON.parse(line) as Turn];
  } catch {
    return [];
  }
}
