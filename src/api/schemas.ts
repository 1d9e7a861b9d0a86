import * as z from 'zod';

/** Shapes that go over the wire; the OpenAPI page is made of them. */

export const locator = z
  .object({
    page: z.int().optional(),
    heading: z.array(z.string()).optional(),
    sheet: z.string().optional(),
    range: z.string().optional(),
    slide: z.int().optional(),
    line: z.int().optional(),
    part: z.string().optional(),
    ocr: z.number().optional(),
    start: z.int(),
    end: z.int(),
  })
  .meta({ description: 'Where a text stands; start and end are UTF-16 offsets into the extracted text' });

export const filter = z.object({
  in: z.array(z.string()).optional().meta({ description: 'Globs over sources' }),
  type: z.array(z.string()).optional(),
  since: z.iso.datetime().optional(),
  until: z.iso.datetime().optional(),
  tags: z.record(z.string(), z.string()).optional(),
  collection: z.string().optional(),
  asOf: z.iso.datetime().optional(),
});

export const question = z.object({
  text: z.string().trim().min(1, 'the question is empty').max(4000),
  k: z.int().min(1).max(100).default(8),
  mode: z.enum(['hybrid', 'lexical', 'vector']).default('hybrid'),
  filter: filter.optional(),
});

const leg = z.object({ rank: z.int(), score: z.number() });

export const hit = z.object({
  rank: z.int(),
  score: z.number(),
  source: z.string(),
  document: z.string(),
  chunk: z.string(),
  title: z.string(),
  locator,
  text: z.string(),
  highlights: z.array(z.tuple([z.int(), z.int()])),
  lexical: leg.optional(),
  vector: leg.optional(),
  warnings: z.array(z.string()).optional(),
});

export const searched = z.object({
  query: z.string(),
  mode: z.string(),
  seconds: z.number(),
  coverage: z.object({ chunks: z.int(), embedded: z.int() }),
  hits: z.array(hit),
});

export const citation = z.object({
  n: z.int(),
  source: z.string(),
  document: z.string(),
  documentSha256: z.string(),
  chunk: z.string(),
  title: z.string(),
  locator,
  quote: z.string(),
  sha256: z.string(),
  prefix: z.string(),
  suffix: z.string(),
  warnings: z.array(z.string()).optional(),
});

export const answered = z.object({
  answer: z.string(),
  abstained: z.boolean(),
  model: z.string(),
  seconds: z.number(),
  citations: z.array(citation),
  unsupported: z.array(z.string()),
  hits: z.array(hit),
});

export const turn = answered
  .omit({ hits: true })
  .extend({ at: z.string(), question: z.string(), standalone: z.string().optional() });

export const document = z.object({
  source: z.string(),
  title: z.string(),
  type: z.string(),
  bytes: z.int(),
  pages: z.int().optional(),
  chunks: z.int(),
  ingested: z.string(),
  sha256: z.string(),
  status: z.enum(['ok', 'partial']),
  collection: z.string(),
  tags: z.record(z.string(), z.string()),
});

export const ingested = z
  .object({ chunks: z.int(), embedded: z.int(), pending: z.int(), seconds: z.number(), bytes: z.int() })
  .loose()
  .meta({ description: 'As `rag ingest --json`: counts by status, and the files with a problem' });

export const anything = z.object({}).loose();
