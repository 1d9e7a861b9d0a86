import { ReadError } from '../readers/reader.ts';
import type { Job, Sandbox } from '../readers/sandbox.ts';
import { estimate } from '../text/estimate.ts';
import type { Chunk } from '../types.ts';
import type { IngestInput } from './ingest.ts';
import type { Found } from './walk.ts';

/** What reading one file came to, what lies in it included. */
export interface Sample {
  file: Found;
  /** Of one reader. */
  seconds: number;
  pages: number;
  ocrPages: number;
  chunks: number;
  tokens: number;
  /** A few of its chunks. */
  passages: Pick<Chunk, 'context' | 'text'>[];
}

export interface ProbeLimits {
  seconds: number;
  parallel: number;
  signal: AbortSignal;
}

const KEPT = 4;

/** Reads files of each group in turn, spread over the group, until the time is up; every sample is of a whole file. */
export async function probe(
  sandbox: Sandbox,
  groups: Found[][],
  input: IngestInput,
  { seconds, parallel, signal }: ProbeLimits,
): Promise<Sample[]> {
  const samples: Sample[] = [];
  const until = performance.now() + seconds * 1000;
  const queue = inTurn(groups)[Symbol.iterator]();
  const worker = async () => {
    while (performance.now() < until && !signal.aborted) {
      const { done, value: file } = queue.next();
      if (done) return;
      const sample: Sample = { file, seconds: 0, pages: 0, ocrPages: 0, chunks: 0, tokens: 0, passages: [] };
      const started = performance.now();
      await read(sandbox, jobOf(file, input), sample, () => performance.now() > until + seconds * 1000);
      sample.seconds = (performance.now() - started) / 1000;
      samples.push(sample);
    }
  };
  await Promise.all(Array.from({ length: parallel }, worker));
  return samples;
}

async function read(sandbox: Sandbox, job: Job, sample: Sample, late: () => boolean): Promise<void> {
  const reading = sandbox.read(job);
  const pages = new Set<number>();
  const recognised = new Set<number>();
  try {
    for (;;) {
      const { done, value } = await reading.next();
      if (done) return;
      if ('name' in value) {
        if (!(value.content instanceof Uint8Array)) continue;
        const { content: bytes, name } = value;
        await read(
          sandbox,
          { ...job, bytes, name, source: `${job.source}!/${name}`, depth: job.depth + 1 },
          sample,
          late,
        );
        continue;
      }
      for (const chunk of value) {
        sample.chunks++;
        sample.tokens += estimate(chunk.text).tokens;
        if (sample.passages.length < KEPT) sample.passages.push(chunk);
        const page = chunk.locator.page ?? chunk.locator.slide;
        if (page !== undefined) pages.add(page);
        if (chunk.locator.ocr !== undefined) recognised.add(page ?? 1);
      }
      if (late()) {
        await reading.return('unchanged');
        return;
      }
    }
  } catch (error) {
    // It costs its time and gives nothing, here as in the run.
    if (!(error instanceof ReadError)) throw error;
  } finally {
    sample.pages += pages.size;
    sample.ocrPages += recognised.size;
  }
}

function jobOf({ path, source, content }: Found, input: IngestInput): Job {
  return {
    ...{ path, source, name: source.slice(source.lastIndexOf('/') + 1), depth: 0 },
    ...(content ? { bytes: content } : {}),
    maxTokens: input.maxTokens,
    allowedTypes: input.allowedTypes,
    passwords: input.passwords,
    ocr: input.ocr,
  };
}

/** The first file of each group, then one from the middle of each, and so on: never twice the same. */
function* inTurn(groups: Found[][]): Generator<Found> {
  const orders = groups.map((group) => spread(group.length));
  for (let round = 0; ; round++) {
    let any = false;
    for (const [i, order] of orders.entries()) {
      if (round >= order.length) continue;
      any = true;
      yield groups[i]![order[round]!]!;
    }
    if (!any) return;
  }
}

/** 0 … n−1 in an order whose every beginning is spread over all of it (van der Corput). */
function spread(n: number): number[] {
  const bits = Math.ceil(Math.log2(Math.max(2, n)));
  const order = [];
  for (let i = 0; i < 2 ** bits; i++) {
    let reversed = 0;
    for (let bit = 0; bit < bits; bit++) if (i & (1 << bit)) reversed |= 1 << (bits - 1 - bit);
    if (reversed < n) order.push(reversed);
  }
  return order;
}
