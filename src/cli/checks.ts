import { accessSync, constants, existsSync, statfsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Context } from '../context.ts';
import { RagError } from '../errors.ts';
import { staleTokens } from '../pipeline/fingerprint.ts';
import { formatBytes } from '../units.ts';

export interface Check {
  name: string;
  status: 'ok' | 'warn' | 'fail';
  detail: string;
  hint?: string;
}

/** Room that an ingest may need at once. */
const LOW_DISK = 500 * 1024 * 1024;

/** One check a line; a check that throws is a failed one. */
export async function examine(context: Context): Promise<Check[]> {
  const checks: [string, (context: Context) => Promise<Omit<Check, 'name'>>][] = [
    ['node', node],
    ['home', home],
    ['disk', disk],
    ['index', index],
    ['vectors', vectors],
    ['built-in model', builtin],
    ['bulk embedding', bulk],
    ['text in images', ocr],
    ['embedder', embedder],
    ['answers', answers],
  ];
  const results: Check[] = [];
  for (const [name, check] of checks) {
    try {
      results.push({ name, ...(await check(context)) });
    } catch (error) {
      const hint = error instanceof RagError ? error.hint : undefined;
      results.push({ name, status: 'fail', detail: (error as Error).message, ...(hint ? { hint } : {}) });
    }
  }
  return results;
}

async function node(): Promise<Omit<Check, 'name'>> {
  const [major, minor] = process.versions.node.split('.').map(Number) as [number, number];
  const detail = `Node.js ${process.versions.node}, ICU ${process.versions.icu}`;
  if (major > 20 || (major === 20 && minor >= 19)) return { status: 'ok', detail };
  return { status: 'fail', detail, hint: 'rag needs Node.js 20.19 or newer' };
}

async function home({ root }: Context): Promise<Omit<Check, 'name'>> {
  const dir = join(root, '.rag');
  if (!existsSync(dir)) return { status: 'ok', detail: `${root} (no home yet; rag ingest makes one)` };
  try {
    accessSync(dir, constants.W_OK);
    return { status: 'ok', detail: root };
  } catch {
    return {
      status: 'warn',
      detail: `${dir} is read-only`,
      hint: 'searching works; to ingest, give yourself write access',
    };
  }
}

async function disk({ root }: Context): Promise<Omit<Check, 'name'>> {
  const { bavail, bsize } = statfsSync(existsSync(root) ? root : '/');
  const detail = `${formatBytes(bavail * bsize)} free`;
  return bavail * bsize > LOW_DISK
    ? { status: 'ok', detail }
    : { status: 'warn', detail, hint: 'free some space before the next ingest' };
}

async function index(context: Context): Promise<Omit<Check, 'name'>> {
  const store = await context.reader();
  const { documents, chunks } = await store.coverage();
  const fingerprint = await store.fingerprint();
  const detail = `${documents} documents, ${chunks} passages, format ${fingerprint.format}, ICU ${fingerprint.icu}`;
  const damage = await store.check();
  if (damage.length > 0)
    return { status: 'fail', detail: damage[0]!, hint: 'rag doctor --repair rebuilds the index from the stored text' };
  if (!staleTokens(fingerprint)) return { status: 'ok', detail };
  return {
    status: 'warn',
    detail: `${detail}: made by another tokenizer or Unicode version`,
    hint: 'the next rag ingest renews it',
  };
}

async function vectors(context: Context): Promise<Omit<Check, 'name'>> {
  const store = await context.reader();
  const { chunks, embedded } = await store.coverage();
  const { model } = await store.fingerprint();
  const detail = `${embedded} of ${chunks} passages embedded${model ? ` with ${model}` : ''}`;
  return embedded === chunks ? { status: 'ok', detail } : { status: 'warn', detail, hint: 'rag embed' };
}

async function builtin(context: Context): Promise<Omit<Check, 'name'>> {
  const model = await context.embedderNamed({ provider: 'builtin' }, 'question');
  const [vector] = await model.embed(['rag doctor'], 'query');
  return { status: 'ok', detail: `${model.id}, ${vector!.length} dimensions, works` };
}

async function bulk(): Promise<Omit<Check, 'name'>> {
  try {
    createRequire(import.meta.url)('onnxruntime-node');
    return { status: 'ok', detail: 'onnxruntime-node is there' };
  } catch {
    const detail = 'onnxruntime-node is not installed here: the built-in encoder embeds at less than half its speed';
    return { status: 'ok', detail };
  }
}

async function ocr(context: Context): Promise<Omit<Check, 'name'>> {
  const mode = context.ocrMode();
  if (mode === 'off') return { status: 'ok', detail: 'switched off (OCR=off); images are skipped' };
  const hint = 'install again without --omit=optional; needs Linux with glibc, macOS or Windows';
  if (mode === 'absent')
    return { status: 'warn', detail: 'cannot be recognised: an optional package is missing; images are skipped', hint };
  try {
    const engine = await context.ocr();
    // A white image: starts a child process and both networks.
    await engine.recognise({ width: 64, height: 64, data: new Uint8Array(64 * 64 * 3).fill(255) });
    const detail = `${engine.id}, English and Chinese, works`;
    if (context.hasTraditional()) return { status: 'ok', detail };
    return { status: 'ok', detail: `${detail}; without Tesseract some traditional characters are not known` };
  } catch (error) {
    return { status: 'warn', detail: (error as Error).message, hint };
  }
}

async function embedder(context: Context): Promise<Omit<Check, 'name'>> {
  const { EMBEDDING_MODEL, LOCAL_EMBEDDING_MODEL } = context.config.values;
  if (EMBEDDING_MODEL === undefined && LOCAL_EMBEDDING_MODEL === undefined) return { status: 'ok', detail: 'built in' };
  const model = await context.embedder('question');
  await model.embed(['rag doctor'], 'query');
  const { model: indexed } = await (await context.reader()).fingerprint();
  if (indexed !== undefined && indexed !== model.id)
    return {
      status: 'fail',
      detail: `${model.id} is configured, the home holds vectors of ${indexed}`,
      hint: 'rag model use builds the new vectors and switches; or set the model back',
    };
  return { status: 'ok', detail: `${model.id}${model.remote ? ' (document text leaves this machine)' : ''}` };
}

async function answers(context: Context): Promise<Omit<Check, 'name'>> {
  const generator = await context.generator();
  if (generator === undefined)
    return {
      status: 'ok',
      detail: 'extractive: sentences from your documents (no language model configured or running)',
    };
  return { status: 'ok', detail: `${generator.id}${generator.remote ? ' (passages leave this machine)' : ''}` };
}
