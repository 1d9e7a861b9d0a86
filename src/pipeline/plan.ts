import type { Embedder } from '../models/models.ts';
import type { Sandbox } from '../readers/sandbox.ts';
import type { Stamp } from '../store/store.ts';
import { indexText } from '../text/chunk.ts';
import type { Io } from '../types.ts';
import type { IngestInput } from './ingest.ts';
import { probe, type Sample } from './probe.ts';
import { survey } from './survey.ts';
import type { Found } from './walk.ts';

export interface PlanDeps {
  stamps: Map<string, Stamp>;
  sandbox: Sandbox;
  version: string;
  /** Readers at work at once. */
  workers: number;
  /** Undefined: words only. `remote`: a paid one, which is not asked. */
  embedder: (() => Promise<Embedder>) | 'remote' | undefined;
  /** Dollars for a million tokens, of a paid embedder. */
  tokenPrice: number | undefined;
}

/** What an ingest would do. Counts of files and bytes are exact; the rest is extrapolated from the files that were probed. */
export interface Plan {
  files: number;
  unchanged: number;
  bytes: number;
  /** Files by name extension. */
  types: Record<string, number>;
  pages: number;
  ocrPages: number;
  chunks: number;
  /** `readSeconds + embedSeconds`, on this machine as it is now. */
  seconds: number;
  readSeconds: number;
  /** Undefined for a remote embedder: no text leaves the machine for a plan. */
  embedSeconds?: number;
  /** Resident memory at the peak, of all processes. */
  peakMemoryBytes: number;
  /** Dollars, if the price is configured. */
  cost?: number;
  /** Files read to find out. */
  probed: number;
}

const PROBE_SECONDS = 3;
const EMBED_SAMPLE = 24;
/** Resident memory of one bulk embedding process (test/bench/embed.mjs). */
const EMBEDDER_BYTES = 175 * 2 ** 20;
/** Of a file that is being read: its bytes, and what they unfold to. */
const FILE_FACTOR = 3;
/** Index and page cache of the store at work. */
const STORE_BYTES = 60 * 2 ** 20;

/** Changes nothing. */
export async function plan(deps: PlanDeps, input: IngestInput, io: Io): Promise<Plan> {
  const { changed, same } = await survey(deps.stamps, { ...input, version: deps.version }, input, io);
  const files = changed.filter((file) => file.bytes <= input.maxBytes);
  const groups = groupBy(files);
  const samples = await probe(deps.sandbox, [...groups.values()], input, {
    ...{ seconds: PROBE_SECONDS, parallel: deps.workers, signal: io.signal },
  });
  const sums = { pages: 0, ocrPages: 0, chunks: 0, tokens: 0, seconds: 0 };
  for (const [type, group] of groups) {
    const own = samples.filter((sample) => extensionOf(sample.file) === type);
    // A type the probe did not reach is taken for an average one.
    const scale = (value: (sample: Sample) => number) => extrapolate(own.length > 0 ? own : samples, value, group);
    sums.pages += scale((sample) => sample.pages);
    sums.ocrPages += scale((sample) => sample.ocrPages);
    sums.chunks += scale((sample) => sample.chunks);
    sums.tokens += scale((sample) => sample.tokens);
    sums.seconds += scale((sample) => sample.seconds);
  }
  const remote = deps.embedder === 'remote';
  const local = typeof deps.embedder === 'function' ? await deps.embedder() : undefined;
  const rate = local && (await embedRate(local, samples, io));
  const readSeconds = sums.seconds / deps.workers;
  const embedSeconds = remote ? undefined : rate === undefined ? 0 : sums.chunks / rate;
  const largest = files.map(({ bytes }) => bytes).sort((a, b) => b - a);
  return {
    files: changed.length,
    unchanged: same.length,
    bytes: changed.reduce((sum, { bytes }) => sum + bytes, 0),
    types: Object.fromEntries([...groups].map(([type, group]) => [type, group.length])),
    pages: Math.round(sums.pages),
    ocrPages: Math.round(sums.ocrPages),
    chunks: Math.round(sums.chunks),
    seconds: rounded(readSeconds + (embedSeconds ?? 0)),
    readSeconds: rounded(readSeconds),
    ...(embedSeconds === undefined ? {} : { embedSeconds: rounded(embedSeconds) }),
    peakMemoryBytes:
      process.memoryUsage().rss +
      STORE_BYTES +
      largest.slice(0, deps.workers).reduce((sum, bytes) => sum + bytes * FILE_FACTOR, 0) +
      (rate === undefined ? 0 : deps.workers * EMBEDDER_BYTES),
    ...(remote && deps.tokenPrice !== undefined ? { cost: (sums.tokens / 1e6) * deps.tokenPrice } : {}),
    probed: samples.length,
  };
}

const rounded = (seconds: number) => Math.round(seconds * 10) / 10;

function groupBy(files: Found[]): Map<string, Found[]> {
  const groups = new Map<string, Found[]>();
  for (const file of files) {
    const type = extensionOf(file);
    const group = groups.get(type);
    if (group) group.push(file);
    else groups.set(type, [file]);
  }
  return groups;
}

function extensionOf({ source }: Found): string {
  return /\.([a-z0-9]{1,8})$/i.exec(source)?.[1]?.toLowerCase() ?? '';
}

/** By bytes: a folder's time and length go with its size. */
function extrapolate(samples: Sample[], value: (sample: Sample) => number, group: Found[]): number {
  const read = samples.reduce((sum, { file }) => sum + file.bytes, 0);
  if (read === 0) return 0;
  const sampled = samples.reduce((sum, sample) => sum + value(sample), 0);
  return (sampled / read) * group.reduce((sum, { bytes }) => sum + bytes, 0);
}

/** Passages a second, from some of those just read; undefined if there are none. */
async function embedRate(embedder: Embedder, samples: Sample[], io: Io): Promise<number | undefined> {
  const texts = samples.flatMap(({ passages }) => passages).slice(0, EMBED_SAMPLE);
  if (texts.length === 0) return undefined;
  // The first call starts the processes.
  await embedder.embed(texts.slice(0, 1).map(indexText), 'passage', io.signal);
  const started = performance.now();
  await embedder.embed(texts.map(indexText), 'passage', io.signal);
  return texts.length / ((performance.now() - started) / 1000);
}
