import type { Session, Turn } from '../chats/chats.ts';
import type { Client } from '../client/client.ts';
import { RagError } from '../errors.ts';
import type { Generator } from '../models/models.ts';
import type { SearchInput } from '../pipeline/search.ts';
import type { Why } from '../pipeline/why.ts';
import type { Picture } from '../tui/graphics.ts';
import type { Citation, Io } from '../types.ts';
import { answerDeps } from './answering.ts';
import type { Invocation } from './app.ts';
import { onlyLocal, sourcesMeant } from './stack.ts';

/** What a chat on a terminal asks of a home, be it a folder or behind an API. */
export interface Conversation {
  /** Answers and remembers; the session has its id and no turn more than before. */
  ask(input: SearchInput, io: Io): Promise<Turn>;
  /** The text that the citation counts in; empty if the home has another one by now. */
  text(citation: Citation): Promise<string>;
  /** The page of a PDF as a picture; undefined where there is none, or the file is gone: the text is there all the same. */
  page(citation: Citation, text: string): Promise<Picture | undefined>;
  why(input: SearchInput & { doc: string }): Promise<Why>;
  /** Who answers, or from now on answers; undefined: the documents themselves. */
  model(name: string): Promise<string | undefined>;
}

/** Pixels: enough for half of a large screen. */
const PAGE_WIDTH = 1000;

export async function inFolder(run: Invocation, session: Session): Promise<Conversation> {
  const { converse } = await import('../pipeline/converse.ts');
  const context = await run.context();
  const quiet = { ...run, io: { ...run.io, report() {} } };
  const deps = { ...(await answerDeps(quiet)), chats: await context.chats() };
  let generator: Generator | undefined = await deps.generator();
  return {
    async ask(input, io) {
      // What others ingest meanwhile is seen by the next question.
      const { store, release } = await context.latest();
      const all = { ...deps, store, generator: async () => generator };
      return (await converse(all, session, input, io).finally(release)).turn;
    },
    async text(citation) {
      const { textOf } = await import('../pipeline/extracted.ts');
      const { store, release } = await context.latest();
      try {
        const document = await store.find(citation.source);
        return document?.id === citation.document ? await textOf(store, document) : '';
      } finally {
        release();
      }
    },
    async page({ source, locator: { page, start, end } }, text) {
      if (page === undefined) return undefined;
      const { pageImage } = await import('../pipeline/page-image.ts');
      const { originalDeps } = await import('../wiring.ts');
      try {
        return await pageImage(await originalDeps(context, []), { source, text, page, width: PAGE_WIDTH, start, end });
      } catch {
        return undefined;
      }
    },
    async why(input) {
      const { why } = await import('../pipeline/why.ts');
      return why(deps, { ...input, cwd: run.app.cwd, root: context.root }, quiet.io);
    },
    async model(name) {
      if (name !== '') generator = await context.generator(name);
      return generator?.id;
    },
  };
}

export function inStack(run: Invocation, client: Client, session: Session): Conversation {
  const { signal } = run.io;
  return {
    async ask(input, io) {
      const known = session.turns.length > 0 ? session.id : undefined;
      const { session: id, turn } = await client.chat(input, known, io);
      session.id = id;
      return turn;
    },
    async text(citation) {
      try {
        const found = await client.text(citation.source, undefined, signal);
        return found.document === citation.document ? found.text : '';
      } catch (error) {
        if (error instanceof RagError && error.code === 'not_found') return '';
        throw error;
      }
    },
    async page({ source, locator: { page, start, end } }) {
      if (page === undefined) return undefined;
      try {
        const { png, width, height } = await client.page({ source, page, width: PAGE_WIDTH, start, end }, signal);
        return { png: Buffer.from(png, 'base64'), width, height };
      } catch {
        return undefined;
      }
    },
    why: async (input) => client.why({ ...input, doc: await docMeant(run, input.doc) }, signal),
    async model(name) {
      onlyLocal({ '/model': name || undefined });
      const model = session.turns.at(-1)?.model ?? '';
      return model === '' || model === 'extractive' ? undefined : model;
    },
  };
}

/** A path from the current folder, if there is such a file; else a source. */
export async function docMeant(run: Invocation, doc: string): Promise<string> {
  const { existsSync } = await import('node:fs');
  const { resolve } = await import('node:path');
  return (await sourcesMeant(run, doc)).at(existsSync(resolve(run.app.cwd, doc)) ? -1 : 0)!;
}
