import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { IngestInput } from '../pipeline/ingest.ts';
import { type Plan, plan } from '../pipeline/plan.ts';
import { formatBytes, formatSeconds } from '../units.ts';
import { version } from '../version.ts';
import type { Invocation, Outcome } from './app.ts';

/** `rag ingest --plan`: what it would be, before it is begun. */
export async function planned(run: Invocation, input: IngestInput, embed: boolean): Promise<Outcome> {
  const context = await run.context();
  const { values } = await run.config();
  const known = existsSync(join(context.root, '.rag')) ? await (await context.reader()).stamps() : new Map();
  const result = await plan(
    {
      stamps: known,
      sandbox: await context.sandbox(),
      version: version(),
      workers: context.workers,
      embedder: embed ? (values.EMBEDDING_MODEL === undefined ? () => context.embedder('bulk') : 'remote') : undefined,
      tokenPrice: values.EMBEDDING_PRICE,
    },
    input,
    run.io,
  );
  return { result: { plan: result }, text: text(run, result) };
}

function text({ say }: Invocation, plan: Plan): string {
  if (plan.files === 0 && plan.unchanged === 0) return say.nothingToIngest;
  const lines = [
    say.plan.files(plan.files, plan.bytes, plan.unchanged),
    say.plan.parts(plan.pages, plan.ocrPages, plan.chunks),
    say.plan.time(
      formatSeconds(plan.readSeconds),
      plan.embedSeconds === undefined ? undefined : formatSeconds(plan.embedSeconds),
    ),
    say.plan.memory(formatBytes(plan.peakMemoryBytes)),
  ];
  if (plan.cost !== undefined) lines.push(say.plan.cost(plan.cost.toFixed(2)));
  return [...lines, say.plan.probed(plan.probed)].join('\n');
}
