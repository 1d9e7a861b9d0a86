import { createReadStream, statSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import * as z from 'zod';
import { RagError } from '../../errors.ts';
import { textOf } from '../../pipeline/extracted.ts';
import { pageImage } from '../../pipeline/page-image.ts';
import { belowRoot } from '../../pipeline/walk.ts';
import type { Document, Filter } from '../../types.ts';
import { forget, originalDeps } from '../../wiring.ts';
import { type Call, checked, type Deps, route, withStore } from '../call.ts';
import { fetchedFile } from '../fetched.ts';
import { queueFiles } from '../queued.ts';
import { document, pageImage as drawn, filter, ingested, labels, locator, unread } from '../schemas.ts';
import { syncPaths } from '../syncing.ts';
import { type Received, received } from '../upload.ts';

const source = z.object({ source: z.string() });

async function find(deps: Deps, name: string, asOf?: string): Promise<Document> {
  return withStore(deps, async (store) => {
    const found = await store.find(name, asOf);
    if (found !== undefined) return found;
    const problem = (await store.stamps()).get(name)?.problem;
    if (problem) throw new RagError('not_found', `${name} gave no document: ${problem.reason} (${problem.code})`);
    throw new RagError('not_found', `no document ${name} in this home`, {
      hint: 'rag list names them',
      zhHint: 'rag list 列出所有文档',
      zh: `此库中没有文档 ${name}`,
    });
  });
}

/** Throws RagError('forbidden') for what lies outside the folder of a home that is one. */
async function inHome({ context }: Deps, { source }: Document): Promise<void> {
  if ((await context.services()) === undefined && belowRoot(context.root, source) === undefined)
    throw new RagError('forbidden', `${source} lies outside the folder of the home`);
}

function wanted(query: { in?: string; filter?: string }): Filter | undefined {
  if (query.filter === undefined) return query.in ? { in: [query.in] } : undefined;
  let given: unknown;
  try {
    given = JSON.parse(query.filter);
  } catch (cause) {
    throw new RagError('usage', 'query.filter is not JSON', { cause });
  }
  return checked(filter, given, 'query.filter') as Filter;
}

/** By workers, or here where there are none. */
async function ingestFiles(call: Call, { files, labels }: Received): Promise<Response | object> {
  const { context } = call.deps;
  const services = await context.services();
  if (services) return queueFiles(call, services, files, labels);
  return syncPaths(
    call,
    files.map(({ path }) => join(context.root, path)),
    labels,
  );
}

export const documents = [
  route({
    ...{ method: 'get', path: '/api/v1/documents', needs: 'reader', summary: 'Documents by source, a page at a time' },
    query: z.object({
      in: z.string().optional().meta({ description: 'A glob over sources' }),
      filter: z.string().optional().meta({ description: 'JSON, as in a search' }),
      after: z.string().optional().meta({ description: 'The last source of the page before' }),
      limit: z.coerce.number().int().min(1).max(1000).default(100),
    }),
    result: z.object({ documents: z.array(document), more: z.boolean(), unread: z.array(unread) }),
    handle: ({ deps, query }) =>
      withStore(deps, async (store) => {
        const page = [];
        let more = false;
        for await (const one of store.documents(wanted(query))) {
          if (query.after !== undefined && one.source <= query.after) continue;
          more = page.length === query.limit;
          if (more) break;
          const { sections: _, mtimeMs: __, id: ___, ...shown } = one;
          page.push({ ...shown, chunks: await store.chunkCount(one) });
        }
        const problems = [];
        if (query.after === undefined)
          for (const [name, { problem }] of await store.stamps())
            if (problem && problems.length < 1000) {
              const { version: _, ...shown } = problem;
              problems.push({ source: name, ...shown });
            }
        return { documents: page, more, unread: problems };
      }),
  }),
  route({
    ...{
      method: 'get',
      path: '/api/v1/documents/text',
      needs: 'reader',
      summary: 'The extracted text, and where its parts stand',
    },
    query: source.extend({ asOf: z.iso.datetime().optional() }),
    result: z.object({
      source: z.string(),
      document: z.string(),
      documentSha256: z.string(),
      title: z.string(),
      type: z.string(),
      pages: z.int().optional(),
      text: z.string(),
      sections: z.array(z.object({ locator, table: z.union([z.string(), z.literal(true)]).optional() })),
      problem: document.shape.problem,
    }),
    handle: ({ deps, query }) =>
      withStore(deps, async (store) => {
        const found = await find(deps, query.source, query.asOf);
        const text = await textOf(store, found);
        const sections = found.sections.map(({ start, locator, table }, i) => ({
          locator: { ...locator, start, end: found.sections[i + 1]?.start ?? text.length },
          ...(table === undefined ? {} : { table }),
        }));
        const { source, id, sha256, title, type, pages, problem } = found;
        return {
          ...{ source, document: id, documentSha256: sha256, title, type, ...(pages ? { pages } : {}), text, sections },
          ...(problem ? { problem } : {}),
        };
      }),
  }),
  route({
    ...{
      method: 'get',
      path: '/api/v1/documents/page',
      needs: 'reader',
      summary: 'How a page of a PDF looks, and where on it a quote stands',
    },
    query: source.extend({
      page: z.coerce.number().int().min(1),
      width: z.coerce.number().int().min(100).max(2400).default(1200).meta({ description: 'Pixels' }),
      start: z.coerce.number().int().min(0).default(0).meta({ description: 'Of the quote, in the extracted text' }),
      end: z.coerce.number().int().min(0).default(0),
    }),
    result: drawn,
    async handle({ deps, query }) {
      const found = await find(deps, query.source);
      await inHome(deps, found);
      if (found.type !== 'pdf') throw new RagError('usage', `${found.source} is not a PDF: it has no pages to draw`);
      const text = query.end > query.start ? await withStore(deps, (store) => textOf(store, found)) : '';
      const { png, ...rest } = await pageImage(await originalDeps(deps.context, []), { ...query, text });
      return { png: Buffer.from(png.buffer, png.byteOffset, png.length).toString('base64'), ...rest };
    },
  }),
  route({
    ...{
      method: 'get',
      path: '/api/v1/documents/file',
      needs: 'reader',
      summary: 'The original bytes of a document in this home',
    },
    query: source,
    result: z.any().meta({ description: 'The file' }),
    async handle({ deps, query }) {
      const found = await find(deps, query.source);
      await inHome(deps, found);
      const held = await (await deps.context.originals()).hold(found.source);
      if (held === undefined) throw new RagError('not_found', `${found.source} is not there any more`);
      if (held.members.length > 0) {
        held.release();
        throw new RagError('forbidden', `${found.source} lies in an archive`);
      }
      const stream = createReadStream(held.path).on('close', held.release);
      return new Response(Readable.toWeb(stream) as ReadableStream, {
        headers: {
          'content-type': found.type === 'pdf' ? 'application/pdf' : 'application/octet-stream',
          'content-length': String(statSync(held.path).size),
          // Never shown as a page of ours.
          'content-disposition': `attachment; filename*=UTF-8''${encodeURIComponent(found.source.split('/').at(-1)!)}`,
          'content-security-policy': 'sandbox',
        },
      });
    },
  }),
  route({
    ...{
      method: 'post',
      path: '/api/v1/documents',
      needs: 'editor',
      audited: 'documents.upload',
      summary:
        'Upload files (multipart/form-data) and ingest them; a first field `about` may hold JSON: paths, collection, tags, mtimes',
      stream: true,
    },
    result: ingested,
    async handle(call: Call) {
      const taken = await received(call);
      call.target = taken.files.map(({ path }) => path).join(' ');
      return ingestFiles(call, taken);
    },
  }),
  route({
    ...{
      method: 'post',
      path: '/api/v1/documents/url',
      needs: 'editor',
      audited: 'documents.fetch',
      summary: 'Fetch a document from a public address and ingest it, where URL_INGEST is on',
      stream: true,
    },
    body: labels.extend({
      url: z.string().max(4000),
      maxBytes: z.int().min(0).optional().meta({ description: 'Where that is less than the server takes' }),
      stream: z.boolean().optional(),
    }),
    result: ingested,
    handle: async (call) => ingestFiles(call, await fetchedFile(call)),
  }),
  route({
    ...{
      method: 'delete',
      path: '/api/v1/documents',
      needs: 'editor',
      audited: 'documents.remove',
      summary: 'Take a document out of the home; its file stays',
    },
    query: source,
    result: z.object({ removed: z.array(z.string()) }),
    async handle(call) {
      const { deps, query } = call;
      call.target = query.source;
      const removed = await forget(deps.context, [query.source]);
      if (removed.length === 0) throw new RagError('not_found', `no document ${query.source}`);
      return { removed };
    },
  }),
  route({
    ...{ method: 'get', path: '/api/v1/passages', needs: 'reader', summary: 'A passage by the chunk id of a hit' },
    query: z.object({ chunk: z.string() }),
    result: z.object({
      ...{ source: z.string(), document: z.string(), chunk: z.string() },
      ...{ text: z.string(), context: z.string(), locator },
    }),
    handle: ({ deps, query }) =>
      withStore(deps, async (store) => {
        const passage = (await store.read([query.chunk])).get(query.chunk);
        if (!passage) throw new RagError('not_found', `no passage ${query.chunk}`);
        const { chunk, document } = passage;
        return {
          ...{ source: document.source, document: document.id, chunk: chunk.id, text: chunk.text },
          context: chunk.context,
          locator: { ...chunk.locator, start: chunk.start, end: chunk.end },
        };
      }),
  }),
];
