import { createHash } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { basename } from 'node:path';
import { finished } from 'node:stream/promises';
import busboy from 'busboy';
import * as z from 'zod';
import { RagError } from '../errors.ts';
import type { Labels } from '../jobs.ts';
import { uploadKey, uploadProblem } from '../pipeline/uploadname.ts';
import { type Call, checked, withStore } from './call.ts';
import { atMost } from './json-body.ts';
import { labelled, namesFor } from './names.ts';
import { keepOriginals } from './queued.ts';
import { labels } from './schemas.ts';
import { openStaging, type Placed, type Staged } from './staging.ts';

/** Where files without a path lie, below the home's folder. */
const FOLDER = 'uploads';
const MAX_FILES = 1000;
/** Of one upload. */
const MAX_BODY = 2 ** 31;
/** A client that sends nothing for so long is not waited for. */
const IDLE_MS = 30_000;
const MAX_ABOUT = 2 ** 20;

/** The field `about` of an upload. */
const about = labels.extend({
  /** Names are paths below the home's folder; otherwise only their last part counts. */
  paths: z.boolean().default(false),
  /** Modification times by name, in milliseconds. */
  mtimes: z.record(z.string(), z.number()).default({}),
});

export interface Received {
  files: Placed[];
  labels: Labels;
}

/**
 * Takes the files of a multipart body and puts them in their places when all of them are there, below the home's folder or among the
 * originals of a server home: a body that breaks off leaves nothing. Throws RagError('too_large') at the first byte over MAX_FILE_SIZE,
 * whatever the headers say, and RagError('usage' | 'refused') for a name or a place that cannot be.
 */
export async function received(call: Call): Promise<Received> {
  const { deps, http } = call;
  const { root, config } = deps.context;
  const limit = config.values.MAX_FILE_SIZE;
  const type = http.req.header('content-type') ?? '';
  if (!type.startsWith('multipart/form-data'))
    throw new RagError('usage', 'an upload is multipart/form-data', { hint: 'curl -F file=@report.pdf …' });
  atMost(http, Math.max(MAX_BODY, 2 * limit), 'an upload');
  const services = await deps.context.services();
  const staging = await openStaging(root, services && (await deps.context.scratch()));
  const writing: Promise<Staged>[] = [];
  let field: unknown = {};
  const parser = busboy({
    headers: { 'content-type': type },
    ...{ defParamCharset: 'utf8', preservePath: true },
    limits: { fileSize: limit, files: MAX_FILES, fields: 1, fieldSize: MAX_ABOUT },
  });
  parser.on('field', (name, value, { valueTruncated }) => {
    if (name === 'about') field = valueTruncated ? undefined : parsed(value);
  });
  parser.on('file', (_field, stream, { filename }) => {
    const work = staging.take(filename ?? '', stream, `MAX_FILE_SIZE (${limit} bytes)`);
    // Its failure is looked at when the body has ended.
    work.catch(() => {});
    writing.push(work);
  });
  try {
    await ended((http.env as { incoming: IncomingMessage }).incoming, parser, writing);
    const { paths, mtimes, ...said } = checked(about, field, 'about');
    const own = labelled(call, said as Labels);
    const staged = await Promise.all(writing);
    if (staged.length === 0) throw new RagError('usage', 'the upload holds no file');
    // In a folder a file that says no time has that of its coming, too.
    const now = services && Date.now();
    const given = staged.map(({ name }) => (paths ? pathOf(name) : `${FOLDER}/${safeName(name)}`));
    const names = await namesFor(call, given, own);
    distinct(names);
    const places = staged.map(({ name, ...file }, i) => {
      const mtimeMs = mtimes[name] ?? now;
      return { ...file, path: names[i]!, ...(mtimeMs === undefined ? {} : { mtimeMs }) };
    });
    if (services) await keepOriginals(services, places, own);
    else await withStore(deps, (store) => staging.place(places, store));
    return { files: places, labels: own };
  } finally {
    await Promise.allSettled(writing);
    await staging.end();
  }
}

/** Feeds the parser to the end of the body. What is given up leaves the connection open, for an answer. */
async function ended(incoming: IncomingMessage, parser: busboy.Busboy, writing: Promise<Staged>[]): Promise<void> {
  const parts = incoming.iterator({ destroyOnReturn: false });
  let clock: NodeJS.Timeout | undefined;
  const stopped = new Promise<never>((_, failed) => {
    parser.on('error', failed);
    const late = () => failed(new RagError('too_slow', `nothing of the upload came for ${IDLE_MS / 1000} s`));
    clock = setTimeout(late, IDLE_MS);
  });
  stopped.catch(() => {});
  try {
    for (;;) {
      const { done, value } = await Promise.race([parts.next(), stopped]);
      if (done) break;
      clock?.refresh();
      if (!parser.write(value)) await once(parser, 'drain');
    }
    parser.end();
    await finished(parser);
  } catch (cause) {
    parser.destroy(cause as Error);
    if (cause instanceof RagError) throw cause;
    for (const outcome of await Promise.allSettled(writing))
      if (outcome.status === 'rejected' && outcome.reason instanceof RagError) throw outcome.reason;
    throw new RagError('usage', `the upload broke off: ${(cause as Error).message}`, { cause });
  } finally {
    clearTimeout(clock);
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function pathOf(name: string): string {
  const problem = uploadProblem(name, process.platform);
  if (problem === undefined) return name;
  throw new RagError('usage', `${JSON.stringify(name)} cannot be kept under this name: ${problem}`);
}

/** Throws RagError('usage') if two files would lie in one place. */
function distinct(paths: string[]): void {
  const keys = new Set<string>();
  for (const path of paths) {
    const key = uploadKey(path, process.platform);
    if (keys.has(key)) throw new RagError('usage', `two files of the upload would be ${path}`);
    keys.add(key);
  }
  for (const key of keys)
    for (let at = key.indexOf('/'); at > 0; at = key.indexOf('/', at + 1))
      if (keys.has(key.slice(0, at))) throw new RagError('usage', `${key.slice(0, at)} would be a file and a folder`);
}

const DIGEST_CHARS = 8;
const LONG_BYTES = 200;
const CUT_CHARS = 40;

/**
 * The last part of a name, without what file systems or `..` make of it. What had to be changed carries a digest of what it was: two
 * names never come out as one.
 */
function safeName(given: string): string {
  const last = basename(given.replaceAll('\\', '/'));
  const short = Buffer.byteLength(last) > LONG_BYTES ? [...last].slice(-CUT_CHARS).join('') : last;
  const name = short
    .replace(/[\u0000-\u001f\u007f-\u009f<>:"|?*]/g, '_')
    .replace(/^\.+/, '_')
    .replace(/[. ]+$/, '_');
  if (name === last && uploadProblem(name, 'win32') === undefined) return name;
  const digest = createHash('sha256').update(last).digest('hex').slice(0, DIGEST_CHARS);
  const dot = name.lastIndexOf('.');
  return dot > 0 ? `${name.slice(0, dot)}-${digest}${name.slice(dot)}` : `${name || 'unnamed'}-${digest}`;
}
