import { type Command, Option } from 'commander';
import type { Client } from '../../client/client.ts';
import { RagError } from '../../errors.ts';
import type { IngestInput, IngestResult } from '../../pipeline/ingest.ts';
import type { Values } from '../../settings.ts';
import type { Coverage } from '../../store/store.ts';
import { inputDefaults, syncDeps } from '../../wiring.ts';
import { type App, type Exit, handle, type Invocation, type Outcome, verb } from '../app.ts';
import { budget, duration, list, size, tags } from '../options.ts';
import { passwordsOf } from '../passwords.ts';
import { standardInput } from '../stdin.ts';

interface Options {
  watch?: boolean;
  include?: string[];
  exclude?: string[];
  maxFileSize?: number;
  embed: boolean;
  dryRun?: boolean;
  ocr?: Values['OCR'];
  plan?: boolean;
  collection?: string;
  tag?: Record<string, string>;
  name?: string;
  budget?: number;
  passwordFile?: string;
  wait?: number;
}

export function ingestCommand(app: App, exit: Exit): Command {
  const command = verb('ingest', 'read files, index and embed them; only what changed', [
    'rag ingest ./docs',
    'rag ingest report.pdf notes/ --collection work --tag year=2026',
  ])
    .argument(
      '<path...>',
      'files, folders, globs, or - for standard input (with --name); with --home stack also https://…',
    )
    .option('--watch', 'stay, and follow changes')
    .option('--include <glob>', 'only these files (repeatable)', list)
    .option('--exclude <glob>', 'not these files (repeatable)', list)
    .option('--max-file-size <size>', 'skip larger files', size)
    .option('--no-embed', 'index words only; rag embed adds the vectors')
    .addOption(
      new Option('--ocr <mode>', 'text in images: auto, off, or force (every PDF page too)').choices([
        'auto',
        'off',
        'force',
      ]),
    )
    .option('--dry-run', 'read everything, say what would happen, change nothing')
    .option('--plan', 'say how many files, pages and seconds it would be, from a probe of 3 seconds; change nothing')
    .option('--collection <name>', 'put the documents in this collection')
    .option('--tag <key=value>', 'tag the documents (repeatable)', tags)
    .option('--name <name>', 'name of what comes from standard input')
    .option('--password-file <file>', 'passwords for encrypted files, one a line, tried in turn')
    .option('--budget <time>', 'stop in time, e.g. 10m; the same command continues', duration)
    .option('--wait <time>', 'wait this long for another writer', duration);
  return handle<Options>(command, app, exit, async (run, options, ...paths) => {
    if (paths.some(isAddress)) await mayFetch(run, options, paths.find(isAddress)!);
    if (options.plan && !(await run.client())) {
      const { planned } = await import('../planning.ts');
      return planned(run, await inputOf(run, options, paths), options.embed);
    }
    if (!options.watch) return once(run, options, paths);
    const { watch } = await import('../../pipeline/watch.ts');
    run.io.report({ type: 'note', message: run.say.watching(paths.join(' ')) });
    await watch({ paths, cwd: app.cwd }, run.io, async () => {
      const { result, text } = await once(run, options, paths);
      run.print(run.options.json ? `${JSON.stringify({ event: 'ingested', ...result })}\n` : `${text}\n`);
    });
    return {};
  });
}

async function once(run: Invocation, options: Options, paths: string[]): Promise<Outcome> {
  const started = performance.now();
  const expired = budget(options.budget);
  const client = await run.client();
  const done = client
    ? await toStack(run, client, options, paths, expired)
    : await toFolder(run, options, paths, expired);
  const { chunks, embedded } = done.coverage;
  const seconds = Math.round(performance.now() - started) / 1000;
  return {
    result: {
      ...done.counts,
      chunks: done.chunks,
      embedded: done.embedded,
      pending: chunks - embedded,
      seconds,
      bytes: done.bytes,
      ...(done.stopped && expired() ? { stopped: 'budget' } : {}),
      files: done.files.filter((file) => run.options.verbose || NAMED.has(file.status)),
    },
    text: summary(run, done, seconds),
    exit: exitCode(done),
  };
}

const isAddress = (path: string) => /^https?:\/\//i.test(path);

/** Throws RagError('usage') where an address means nothing. */
async function mayFetch(run: Invocation, { dryRun, watch }: Options, address: string): Promise<void> {
  if (!(await run.client()))
    throw new RagError('usage', `${address}: a home in a folder takes files alone; a server home fetches documents`, {
      hint: `save it as a file and ingest that, or rag ingest ${address} --home stack, where URL_INGEST=on is set`,
      zhHint: `请另存为文件再导入；或在设置了 URL_INGEST=on 的服务器库上：rag ingest ${address} --home stack`,
      zh: `${address}：文件夹中的库只接收文件；服务器库才抓取网上文档`,
    });
  const flag = dryRun ? '--dry-run' : watch ? '--watch' : undefined;
  if (flag)
    throw new RagError('usage', `${flag} is about files: ${address} is fetched when it is ingested, and then alone`, {
      hint: `leave ${flag} out, or the address`,
      zhHint: `请去掉 ${flag} 或该地址`,
      zh: `${flag} 只用于文件：${address} 只在导入时抓取`,
    });
}

type Done = IngestResult & { embedded: number; coverage: Pick<Coverage, 'chunks' | 'embedded'> };

async function toFolder(run: Invocation, options: Options, paths: string[], expired: () => boolean): Promise<Done> {
  const { sync } = await import('../../pipeline/sync.ts');
  const context = await run.context();
  const input = { ...(await inputOf(run, options, paths)), expired };
  const { store, release } = await context.writer(options.wait);
  try {
    const deps = await syncDeps(context, store, {
      embed: options.embed,
      retokenizing: () => run.io.report({ type: 'note', message: run.say.retokenizing }),
    });
    return await sync(deps, input, run.io);
  } finally {
    await release();
  }
}

async function toStack(
  run: Invocation,
  client: Client,
  options: Options,
  paths: string[],
  expired: () => boolean,
): Promise<Done> {
  const { baseOf, onlyLocal } = await import('../stack.ts');
  const { plan, ocr, passwordFile } = options;
  onlyLocal({ '--plan': plan, '--ocr': ocr, '--password-file': passwordFile });
  const { ingestRemote } = await import('../../client/ingest.ts');
  const { values, origins } = await run.config();
  const stdin = paths.includes('-') ? await namedInput(run, options.name) : undefined;
  return ingestRemote(
    client,
    {
      ...{ ...given(options, paths), cwd: run.app.cwd, root: await baseOf(run), embed: options.embed, expired },
      maxBytes: options.maxFileSize ?? values.MAX_FILE_SIZE,
      ...(origins.COLLECTION === 'default' ? {} : { defaultCollection: values.COLLECTION }),
      ...(stdin === undefined ? {} : { stdin }),
      addresses: [...new Set(paths.filter(isAddress))],
    },
    run.io,
  );
}

function given({ include = [], exclude = [], collection, tag, dryRun = false }: Options, paths: string[]) {
  return {
    ...{ paths: paths.filter((path) => path !== '-' && !isAddress(path)), include, exclude, dryRun },
    ...(collection === undefined ? {} : { collection }),
    ...(tag === undefined ? {} : { tags: tag }),
  };
}

const NAMED = new Set(['skipped', 'partial', 'failed']);

async function inputOf(run: Invocation, options: Options, paths: string[]): Promise<IngestInput> {
  const context = await run.context();
  const stdin = paths.includes('-') ? await namedInput(run, options.name) : undefined;
  return {
    ...inputDefaults(context),
    ...given(options, paths),
    cwd: run.app.cwd,
    root: context.root,
    ...(options.maxFileSize === undefined ? {} : { maxBytes: options.maxFileSize }),
    ...(options.ocr === undefined ? {} : { ocr: context.ocrMode(options.ocr), rescan: options.ocr === 'force' }),
    ...(stdin === undefined ? {} : { stdin }),
    // Encrypted files are tried again, since they may open now.
    ...(options.passwordFile === undefined
      ? {}
      : { passwords: await passwordsOf(run, options.passwordFile), retry: ['encrypted' as const] }),
  };
}

async function namedInput(run: Invocation, name: string | undefined): Promise<{ name: string; bytes: Uint8Array }> {
  if (name === undefined)
    throw new RagError('usage', 'standard input has no name', {
      hint: 'add --name NAME, e.g. --name notes.md',
      zh: '标准输入没有名称',
      zhHint: '请加 --name NAME，例如 --name notes.md',
    });
  return { name, bytes: await standardInput(run.app) };
}

function summary({ say }: Invocation, result: Done, seconds: number): string {
  const { counts, coverage } = result;
  const named = (Object.keys(counts) as (keyof typeof counts)[]).filter((status) => counts[status] > 0);
  if (named.length === 0) return say.nothingToIngest;
  const lines = [named.map((status) => `${counts[status]} ${say.counts[status]}`).join(', ')];
  if (result.chunks > 0) lines.push(say.ingested(result.chunks, result.bytes, seconds));
  const waiting = coverage.embedded < coverage.chunks ? ` (${say.resume})` : '';
  lines.push(say.embedded(coverage.embedded, coverage.chunks) + waiting);
  return lines.join('\n');
}

/** 0, or 3 where some could not be read; a sole failure has its own code. */
function exitCode({ counts, files }: IngestResult): number {
  if (counts.failed + counts.partial === 0) return 0;
  const failures = files.filter((file) => file.status === 'failed');
  if (failures.length < files.length) return 3;
  return failures.every((file) => file.code === 'missing') ? 6 : 9;
}
