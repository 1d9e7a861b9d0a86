import type { Command } from 'commander';
import type { Client, Quoted, Texted } from '../../client/client.ts';
import { RagError } from '../../errors.ts';
import type { Page } from '../../pipeline/pages.ts';
import type { Table } from '../../pipeline/tables.ts';
import type { Document } from '../../types.ts';
import { type App, type Exit, handle, type Invocation, verb } from '../app.ts';
import { place } from '../messages.ts';
import { until } from '../options.ts';
import { oneLine, printable } from '../style.ts';

interface Options {
  text?: boolean;
  pages?: boolean;
  tables?: boolean;
  asOf?: string;
}

export function showCommand(app: App, exit: Exit): Command {
  const command = verb('show', 'the text of a document, or one passage with where it stands', [
    'rag show docs/report.pdf --text > report.txt',
    'rag show docs/prices.xlsx --tables --json',
  ])
    .argument('<source>', 'a source as rag list names it, or the chunk of a hit')
    .option('--text', 'exactly the extracted text, nothing added')
    .option('--pages', 'the text page by page: pages, slides, sheets or parts with their offsets')
    .option('--tables', 'its tables: where each stands, caption, header and rows')
    .option('--as-of <date>', 'as it was then', until);
  return handle<Options>(command, app, exit, async (run, options, name) => {
    if (/^[0-9a-f]{64}:\d+$/.test(name!)) return showChunk(run, name!);
    const { document, parts } = await opened(run, name!, options.asOf);
    if (options.text && !run.options.json) {
      for await (const part of parts) run.print(part);
      return {};
    }
    let text = '';
    for await (const part of parts) text += part;
    const named = { source: document.source, document: document.id };
    if (options.pages) {
      const { pagesOf } = await import('../../pipeline/pages.ts');
      const pages = pagesOf(document, text);
      return { result: { ...named, pages }, text: pagesText(run, pages) };
    }
    if (options.tables) {
      const { tablesOf } = await import('../../pipeline/tables.ts');
      const tables = tablesOf(document, text);
      return { result: { ...named, tables }, text: tablesText(run, tables) };
    }
    const result = {
      source: document.source,
      document: document.id,
      title: document.title,
      type: document.type,
      documentSha256: document.sha256,
      text,
      sections: sections(document, text.length),
      ...(document.problem ? { problem: document.problem } : {}),
    };
    return { result, text: readable(run, document, text) };
  });
}

type Shown = Pick<Document, 'source' | 'id' | 'title' | 'type' | 'sha256' | 'sections' | 'problem'>;

/** A document, and its text piece by piece. */
async function opened(run: Invocation, name: string, asOf: string | undefined) {
  const client = await run.client();
  if (client) return fromStack(run, client, name, asOf);
  const document: Shown & Document = await findDocument(run, name, asOf);
  return { document, parts: (await (await run.context()).reader()).text(document) };
}

async function fromStack(run: Invocation, client: Client, name: string, asOf: string | undefined) {
  const { sourcesMeant } = await import('../stack.ts');
  const names = await sourcesMeant(run, name);
  let found: Texted | undefined;
  for (const source of names)
    found ??= await client.text(source, asOf, run.io.signal).catch((error: unknown) => {
      // What the server says of the name as it was given says most.
      if (error instanceof RagError && error.code === 'not_found' && names.length > 1) return undefined;
      throw error;
    });
  if (!found) throw notHere(name);
  const { document: id, documentSha256: sha256, text, ...rest } = found;
  const sections = found.sections.map(({ locator: { start, end: _, ...locator }, table }) => ({
    ...{ start, locator, ...(table === undefined ? {} : { table }) },
  }));
  const document: Shown = { ...rest, id, sha256, sections };
  return { document, parts: [text] };
}

function notHere(name: string): RagError {
  return new RagError('not_found', `no document ${oneLine(name)} in this home`, {
    hint: 'rag list names them',
    zhHint: 'rag list 列出所有文档',
    zh: `此库中没有文档 ${oneLine(name)}`,
  });
}

/** By its source, by its path from the current folder, or by a unique ending of its source. */
export async function findDocument(run: Invocation, name: string, asOf?: string): Promise<Document> {
  const context = await run.context();
  const store = await context.reader();
  const { sourceName } = await import('../../pipeline/walk.ts');
  const { resolve } = await import('node:path');
  for (const source of [name, sourceName(context.root, resolve(run.app.cwd, name))]) {
    const document = await store.find(source, asOf);
    if (document) return document;
  }
  const stamp = (await store.stamps()).get(name);
  if (stamp?.problem)
    throw new RagError('not_found', `${name} gave no document: ${stamp.problem.reason} (${stamp.problem.code})`);
  throw notHere(name);
}

function sections(document: Pick<Document, 'sections'>, length: number) {
  return document.sections.map(({ start, locator }, i) => ({
    locator: { ...locator, start, end: document.sections[i + 1]?.start ?? length },
  }));
}

function readable({ say, style }: Invocation, document: Shown, text: string): string {
  const blocks = sections(document, text.length).map(({ locator }) => {
    const where = place(say, locator);
    return `${where ? `${style.link(where)}\n` : ''}${printable(text.slice(locator.start, locator.end).trim())}`;
  });
  const problem = document.problem ? `\n${document.problem.reason} (${document.problem.code})` : '';
  return `${style.bold(oneLine(document.source))} ${style.dim(oneLine(document.title))}${problem}\n\n${blocks.join('\n\n')}`;
}

function pagesText({ say, style }: Invocation, pages: Page[]): string {
  return pages.map((page) => `${style.link(place(say, page) || '1')}\n${printable(page.text.trim())}`).join('\n\n');
}

function tablesText({ say, style }: Invocation, tables: Table[]): string {
  if (tables.length === 0) return say.noTables;
  return tables
    .map(({ locator, caption, header, rows }) => {
      const where = [place(say, locator), caption && oneLine(caption)].filter(Boolean).join(' › ');
      const lines = [header, ...rows].filter((row) => row.length > 0).map((row) => row.join(' | '));
      return `${style.link(where)}\n${printable(lines.join('\n'))}`;
    })
    .join('\n\n');
}

async function showChunk(run: Invocation, id: string) {
  const client = await run.client();
  const { locator, ...passage } = client ? await client.passage(id, run.io.signal) : await passageOf(run, id);
  const where = [oneLine(passage.source), place(run.say, locator)].filter(Boolean).join(' › ');
  return {
    result: { ...passage, sections: [{ locator }] },
    text: `${run.style.link(where)}\n${printable(passage.text)}`,
  };
}

async function passageOf(run: Invocation, id: string): Promise<Quoted> {
  const store = await (await run.context()).reader();
  const passage = (await store.read([id])).get(id);
  if (!passage)
    throw new RagError('not_found', `no passage ${id} in this home`, {
      hint: 'rag search names passages',
      zh: `此库中没有段落 ${id}`,
      zhHint: 'rag search 会列出段落',
    });
  const { chunk, document } = passage;
  return {
    ...{ source: document.source, document: document.id, chunk: id, text: chunk.text, context: chunk.context },
    locator: { ...chunk.locator, start: chunk.start, end: chunk.end },
  };
}
