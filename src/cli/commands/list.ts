import type { Command } from 'commander';
import type { Listed, Unread } from '../../client/client.ts';
import type { Filter } from '../../types.ts';
import { formatBytes } from '../../units.ts';
import { type App, type Exit, handle, type Invocation, verb } from '../app.ts';
import { type FilterOptions, filterOf, since, tags, until, words } from '../options.ts';
import { columns, oneLine, padded } from '../style.ts';

async function listed(run: Invocation, filter: Filter | undefined): Promise<{ documents: Listed[]; unread: Unread[] }> {
  const client = await run.client();
  const found = client ? await client.documents(filter, run.io.signal) : await ofHome(run, filter);
  const unread = filter === undefined ? found.unread.filter(({ status }) => status !== 'partial') : [];
  return { documents: found.documents, unread };
}

async function ofHome(run: Invocation, filter: Filter | undefined): Promise<{ documents: Listed[]; unread: Unread[] }> {
  const store = await (await run.context()).reader();
  const documents: Listed[] = [];
  for await (const document of store.documents(filter)) {
    const { source, title, type, bytes, pages, ingested, sha256, status, problem, collection, tags } = document;
    documents.push({
      ...{ source, title, type, bytes, ...(pages ? { pages } : {}), chunks: await store.chunkCount(document) },
      ...{ ingested, sha256, status, collection, tags, ...(problem ? { problem } : {}) },
    });
  }
  const unread: Unread[] = [];
  for (const [source, { problem }] of await store.stamps())
    if (problem) unread.push({ source, status: problem.status, code: problem.code, reason: problem.reason });
  return { documents, unread };
}

export function listCommand(app: App, exit: Exit): Command {
  const command = verb('list', 'documents in this home, and files that could not be read', [
    'rag list',
    'rag list "docs/**" --type pdf',
  ])
    .argument('[glob]', 'only these sources')
    .option('--type <type>', 'only these types, e.g. pdf,docx', words)
    .option('--since <date>', 'only files changed since', since)
    .option('--until <date>', 'only files changed until', until)
    .option('--tag <key=value>', 'only with this tag (repeatable)', tags)
    .option('--collection <name>', 'only this collection')
    .option('--as-of <date>', 'as it was then', until);
  return handle<FilterOptions>(command, app, exit, async (run, options, glob) => {
    const filter = filterOf({ ...options, ...(glob === undefined ? {} : { in: [glob] }) });
    const { documents, unread } = await listed(run, filter);
    const width = Math.min(60, Math.max(0, ...documents.map((document) => columns(document.source))));
    const lines = documents.map(
      ({ source, type, bytes, pages, chunks, status }) =>
        `${padded(oneLine(source), width)}  ${type.padEnd(10)} ${formatBytes(bytes).padStart(8)}  ${pages ? `${run.say.pages(pages)}, ` : ''}${run.say.passages(chunks)}${status === 'ok' ? '' : `  ${status}`}`,
    );
    lines.push(
      ...unread.map(
        ({ source, status, code, reason }) =>
          `${padded(oneLine(source), width)}  ${run.say.counts[status]} (${code}): ${reason}`,
      ),
    );
    return { result: { documents, unread }, text: lines.length === 0 ? run.say.empty : lines.join('\n') };
  });
}
