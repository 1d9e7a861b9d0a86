import { createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, rm, utimes } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Context } from './context.ts';
import { ERRORS, RagError } from './errors.ts';
import { GRACE_SECONDS, type IngestDone, type IngestJob, ingestId, NOTHING } from './jobs.ts';
import { embedPending } from './pipeline/embed.ts';
import { sync } from './pipeline/sync.ts';
import type { Handler, Working } from './queue/queue.ts';
import type { Services } from './services.ts';
import type { Store } from './store/store.ts';
import { writesWithin } from './store/within.ts';
import type { Io } from './types.ts';
import { inputDefaults, syncDeps } from './wiring.ts';

const WAIT_SECONDS = 600;
/** What is recorded and not yet in the queue may be on its way there. */
const LOST_SECONDS = 30;
const DAY_MS = 86_400_000;
const NEVER = { expired: () => false };

export interface WorkOptions {
  concurrency: number;
  log(line: Record<string, unknown>): void;
}

/** Takes the jobs of a server home until it is drained. Each is safe to repeat. */
export async function work(context: Context, options: WorkOptions): Promise<Working> {
  const services = await servicesOf(context);
  const logged =
    (name: string, handler: (data: never, io: Io) => Promise<object>): Handler =>
    async (data, io) => {
      const started = performance.now();
      const result = await handler(data, io);
      const ms = Math.round(performance.now() - started);
      const { source } = data as Partial<IngestJob>;
      options.log({ level: 'info', job: name, ...(source === undefined ? {} : { source }), ms });
      return result;
    };
  const handlers = {
    ingest: (job: IngestJob, io: Io) => ingestOriginal(context, services, job, io),
    embed: (_: never, io: Io) => embed(context, io),
    requeue: () => requeue(services),
    collect: () => services.register.collect(GRACE_SECONDS),
    async prune() {
      const { KEEP_VERSIONS_DAYS: days } = context.config.values;
      const before = days === undefined ? undefined : new Date(Date.now() - days * DAY_MS).toISOString();
      return { freed: await context.tidy(before) };
    },
  };
  const working = await services.queue.work(
    Object.fromEntries(Object.entries(handlers).map(([name, handler]) => [name, logged(name, handler as Handler)])),
    options,
  );
  const leave = await services.queue.announce('worker');
  return {
    async drain(graceMs) {
      await leave();
      await working.drain(graceMs);
    },
  };
}

export async function servicesOf(context: Context): Promise<Services> {
  const services = await context.services();
  if (services !== undefined) return services;
  throw new RagError('usage', 'this home is a folder; workers and schedulers are of a server home', {
    hint: 'set RAG_STORE=server',
    zhHint: '请设置 RAG_STORE=server',
    zh: '此库是文件夹；worker 与 scheduler 属于服务器端的库',
  });
}

/** Bytes → a folder with nothing else in it, under the same path → what an ingest on this machine would do with it. */
async function ingestOriginal(context: Context, services: Services, job: IngestJob, io: Io): Promise<IngestDone> {
  const { register, blobs } = services;
  const { source, sha256, mtimeMs, labels } = job;
  // Of two versions of a file the later one must win, whoever reads them.
  return register.exclusively(source, async () => {
    if ((await register.find(source))?.sha256 !== sha256) return NOTHING;
    const folder = await mkdtemp(join(await context.scratch(), 'job-'));
    try {
      const path = join(folder, source);
      await mkdir(dirname(path), { recursive: true });
      await pipeline(await blobs.get(sha256), createWriteStream(path));
      await utimes(path, mtimeMs / 1000, mtimeMs / 1000);
      const { store, release } = await context.writer(WAIT_SECONDS, { only: [source] });
      try {
        const { embed = true, within, ...said } = labels;
        const known = knowing(within === undefined ? store : writesWithin(store, within), job);
        const deps = await syncDeps(context, known, { embed: false, retokenizing() {} });
        const input = { ...inputDefaults(context), ...said, paths: [path], cwd: folder, root: folder };
        const { counts, chunks, bytes, files } = await sync(deps, input, io);
        io.signal.throwIfAborted();
        await register.settle(source, sha256);
        const made = embed ? await embedSoon(context, known, io) : 0;
        // Which of them somebody else's passages had vectors for already is nothing to whoever sees a part of the home.
        const embedded = within !== undefined && chunks > 0 && embed ? (await known.coverage()).embedded : made;
        return { counts, chunks, bytes, files, embedded };
      } finally {
        await release();
      }
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
}

/** The text is in and found by its words: a model that is away is no reason to read it again. The scheduler has it embedded later. */
async function embedSoon(context: Context, store: Store, io: Io): Promise<number> {
  try {
    const { chunks, embedded } = await store.coverage();
    if (chunks === embedded) return 0;
    const made = await embedPending(store, await context.embedder('bulk'), NEVER, io);
    io.signal.throwIfAborted();
    return made.embedded;
  } catch (error) {
    if (!(error instanceof RagError) || !ERRORS[error.code].retry) throw error;
    io.report({ type: 'warn', message: `not embedded yet: ${error.message}` });
    return 0;
  }
}

/** Size and time may be those of other bytes; here the digest is known. */
function knowing(store: Store, { source, sha256 }: IngestJob): Store {
  return {
    ...store,
    async stamps() {
      const stamps = await store.stamps();
      const stamp = stamps.get(source);
      if (stamp !== undefined && stamp.sha256 !== sha256) stamps.set(source, { ...stamp, mtimeMs: Number.NaN });
      return stamps;
    },
  };
}

async function embed(context: Context, io: Io): Promise<object> {
  const { store, release } = await context.writer(WAIT_SECONDS);
  try {
    const { chunks, embedded } = await store.coverage();
    if (chunks === embedded) return { embedded: 0 };
    const made = await embedPending(store, await context.embedder('bulk'), NEVER, io);
    io.signal.throwIfAborted();
    return made;
  } finally {
    await release();
  }
}

async function requeue({ register, queue }: Services): Promise<object> {
  let added = 0;
  for (const entry of await register.unsettled(LOST_SECONDS)) {
    const job: IngestJob = entry;
    if (await queue.knows(ingestId(job))) continue;
    await queue.add('ingest', ingestId(job), job);
    added++;
  }
  return { added };
}
