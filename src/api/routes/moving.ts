import { createReadStream, createWriteStream, statSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import * as z from 'zod';
import { exportPack } from '../../archive/export.ts';
import { importPack } from '../../archive/import.ts';
import { RagError } from '../../errors.ts';
import type { Services } from '../../services.ts';
import type { Io } from '../../types.ts';
import { checked, type Deps, ioOf, route, withStore } from '../call.ts';
import { atMost } from '../json-body.ts';
import { streamed, wantsStream } from '../sse.ts';

/** A home of some million passages. */
const MAX_PACK = 32 * 2 ** 30;
/** For another writer. */
const WAIT_SECONDS = 600;

const digest = z.string().regex(/^[0-9a-f]{64}$/, 'a SHA-256 in hex');

/** What a home is moved with: its documents as a pack, and the files they came from. */
export const moving = [
  route({
    ...{ method: 'get', path: '/api/v1/originals', needs: 'admin', summary: 'Which files are kept, a page at a time' },
    query: z.object({
      after: z.string().optional().meta({ description: 'The last source of the page before' }),
      limit: z.coerce.number().int().min(1).max(10_000).default(1000),
    }),
    result: z.object({
      originals: z.array(
        z.object({ source: z.string(), sha256: z.string(), bytes: z.int(), mtimeMs: z.number() }).loose(),
      ),
      more: z.boolean(),
    }),
    async handle({ deps, query }) {
      const { register } = await kept(deps);
      const page = await register.page(query.after ?? '', query.limit + 1);
      return { originals: page.slice(0, query.limit), more: page.length > query.limit };
    },
  }),
  route({
    ...{ method: 'get', path: '/api/v1/originals/{sha256}', needs: 'admin', summary: 'The bytes of an original' },
    result: z.any().meta({ description: 'The file' }),
    async handle({ deps, http }) {
      const { blobs } = await kept(deps);
      const sha256 = checked(digest, http.req.param('sha256'), 'sha256');
      if (!(await blobs.has(sha256))) throw new RagError('not_found', `no original ${sha256}`);
      return new Response(Readable.toWeb(await blobs.get(sha256)) as ReadableStream, {
        headers: { 'content-type': 'application/octet-stream', 'content-security-policy': 'sandbox' },
      });
    },
  }),
  route({
    ...{ method: 'put', path: '/api/v1/originals/{sha256}', needs: 'admin', audited: 'originals.keep' },
    summary:
      'Keep the body as the original of a source, without reading it; bytes that are kept already need not be sent',
    query: z.object({
      source: z.string().min(1).max(4096),
      mtime: z.coerce.number().default(0).meta({ description: 'Of the file, milliseconds since 1970' }),
      bytes: z.coerce.number().int().min(0).meta({ description: 'Of the file' }),
    }),
    result: z.object({ stored: z.boolean().meta({ description: 'Whether the bytes were new' }) }),
    async handle(call) {
      const { deps, http, query } = call;
      call.target = query.source;
      const { blobs, register } = await kept(deps);
      const sha256 = checked(digest, http.req.param('sha256'), 'sha256');
      const { source, mtime: mtimeMs, bytes } = query;
      const limit = deps.context.config.values.MAX_FILE_SIZE;
      if (bytes > limit) throw new RagError('too_large', `${bytes} bytes, over MAX_FILE_SIZE (${limit})`);
      atMost(http, limit, 'an original');
      const { incoming } = http.env as { incoming: IncomingMessage };
      const stored = await blobs.put(sha256, bytes, incoming);
      const lost = await register.record([{ source, sha256, bytes, mtimeMs, labels: {} }], { ingested: true });
      if (lost.length > 0)
        throw new RagError('unavailable', `${sha256} was removed in this moment`, {
          hint: 'send it again, with its bytes',
          zh: `${sha256} 刚刚被移除`,
          zhHint: '请连同内容重新发送',
        });
      return { stored };
    },
  }),
  route({
    ...{
      method: 'post',
      path: '/api/v1/packs',
      needs: 'admin',
      audited: 'pack.import',
      summary: 'Take in a .ragpack (the body): nothing is read or embedded again',
    },
    stream: true,
    result: z
      .object({ documents: z.int(), added: z.int(), updated: z.int(), unchanged: z.int(), pending: z.int() })
      .loose(),
    async handle(call) {
      atMost(call.http, MAX_PACK, 'a pack');
      const { context } = call.deps;
      const folder = await mkdtemp(join(await context.scratch(), 'pack-'));
      const end = () => rm(folder, { recursive: true, force: true });
      const file = join(folder, 'in.ragpack');
      const work = async (io: Io) => {
        try {
          const { store, release } = await context.writer(WAIT_SECONDS);
          const result = await importPack(store, { file }, io).finally(release);
          await (await context.services())?.wrote();
          return result;
        } finally {
          await end();
        }
      };
      try {
        await pipeline((call.http.env as { incoming: IncomingMessage }).incoming, createWriteStream(file));
      } catch (cause) {
        await end();
        throw new RagError('usage', `the pack broke off: ${(cause as Error).message}`, { cause });
      }
      return wantsStream(call) ? streamed(call, work) : work(ioOf(call));
    },
  }),
  route({
    ...{ method: 'get', path: '/api/v1/packs', needs: 'admin', summary: 'The documents of this home as a .ragpack' },
    result: z.any().meta({ description: 'The pack' }),
    async handle(call) {
      const folder = await mkdtemp(join(await call.deps.context.scratch(), 'pack-'));
      const end = () => rm(folder, { recursive: true, force: true });
      const target = join(folder, 'out.ragpack');
      try {
        await withStore(call.deps, (store) => exportPack(store, { target }, ioOf(call)));
      } catch (error) {
        await end();
        throw error;
      }
      const stream = createReadStream(target).on('close', () => void end());
      return new Response(Readable.toWeb(stream) as ReadableStream, {
        headers: {
          'content-type': 'application/octet-stream',
          'content-length': String(statSync(target).size),
          'content-disposition': 'attachment; filename="home.ragpack"',
        },
      });
    },
  }),
];

/** Throws RagError('usage') where originals are files of a folder. */
async function kept({ context }: Deps): Promise<Services> {
  const services = await context.services();
  if (services !== undefined) return services;
  throw new RagError('usage', 'the home behind this API is a folder: its originals are the files in it', {
    hint: 'RAG_STORE=server rag serve keeps originals',
    zhHint: '设置 RAG_STORE=server 的 rag serve 会保存原件',
    zh: '此 API 的库是文件夹：其原件就是其中的文件',
  });
}
