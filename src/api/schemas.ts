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
  embedBudget: z
    .number()
    .min(0)
    .max(5)
    .default(0.3)
    .meta({ description: 'Seconds for embedding what has no vector yet: little, since other requests wait' }),
  explain: z.boolean().default(false).meta({ description: 'Say how the scores came about' }),
});

/** What is said of all documents that come in one request. */
export const labels = z.object({
  collection: z.string().min(1).optional(),
  defaultCollection: z
    .string()
    .min(1)
    .optional()
    .meta({ description: 'Of a document that has none yet, where `collection` names none' }),
  tags: z.record(z.string(), z.string()).optional(),
  embed: z.boolean().default(true),
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
  explain: z
    .object({
      ...{ terms: z.array(z.string()), expanded: z.array(z.string()) },
      ...{ fullMatch: z.number(), candidates: z.int(), embeddedNow: z.int() },
    })
    .optional(),
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
  problem: z.object({ code: z.string(), reason: z.string() }).optional(),
});

/** What tells whether a file changed since it was last looked at. */
export const stamp = z.object({
  ...{ source: z.string(), bytes: z.int(), mtimeMs: z.number() },
  sha256: z.string().meta({ description: 'Of the bytes; empty where the file could not be read' }),
  ...{ document: z.boolean(), container: z.boolean().optional() },
  ...{ collection: z.string(), tags: z.record(z.string(), z.string()) },
  problem: z
    .object({
      code: z.string(),
      reason: z.string(),
      status: z.enum(['skipped', 'partial', 'failed']),
      version: z.string(),
    })
    .optional(),
});

const file = z.object({
  source: z.string(),
  status: z.string(),
  code: z.string().optional(),
  reason: z.string().optional(),
});

export const ingested = z
  .object({
    ...{ chunks: z.int(), embedded: z.int(), pending: z.int(), seconds: z.number(), bytes: z.int() },
    files: z.array(file.loose()),
  })
  .loose()
  .meta({ description: 'As `rag ingest --json`: counts by status, and the files with a problem' });

export const unread = z.object({ source: z.string(), code: z.string(), reason: z.string(), status: z.string() });

export const pageImage = z.object({
  png: z.string().meta({ description: 'Base64' }),
  width: z.int(),
  height: z.int(),
  pages: z.int().meta({ description: 'Of the document' }),
  boxes: z
    .array(z.tuple([z.number(), z.number(), z.number(), z.number()]))
    .meta({ description: 'Lines of the quote: left, top, width, height as shares of the page' }),
});

const answerMetrics = z.object({
  first: z.number(),
  any: z.number(),
  exact: z.number(),
  f1: z.number(),
  answered: z.number(),
  refused: z.number().optional(),
});

export const setResult = z.object({
  name: z.string(),
  queries: z.int(),
  ndcg10: z.number(),
  recall10: z.number(),
  mrr10: z.number(),
  p50ms: z.number(),
  p95ms: z.number(),
  answers: answerMetrics.optional(),
});

export const run = z.object({
  at: z.string(),
  questions: z.string().meta({ description: 'SHA-256: other questions are no comparison' }),
  mode: z.string(),
  sets: z.array(setResult),
});

export const worse = z.object({ name: z.string(), metric: z.string(), before: z.number(), now: z.number() });

export const session = z.object({ id: z.string(), title: z.string(), started: z.string(), turns: z.int() });

/** A flow's events, as server-sent events carry them; `result` or `error` is the last. */
export const event = z.discriminatedUnion('type', [
  z.object({ type: z.enum(['note', 'warn']), message: z.string() }),
  z.object({ type: z.literal('scan'), files: z.int() }),
  file.extend({ type: z.literal('file') }),
  z.object({
    type: z.literal('progress'),
    done: z.int(),
    total: z.int(),
    unit: z.enum(['files', 'chunks', 'questions']),
    rates: z.record(z.string(), z.number()),
    etaSeconds: z.number().optional(),
  }),
  z.object({ type: z.literal('token'), text: z.string() }),
]);

export const problem = z.object({ code: z.string(), message: z.string(), hint: z.string().optional() });

export const anything = z.object({}).loose();

export const role = z.enum(['reader', 'editor', 'admin']);

export const collections = z
  .array(z.string().min(1))
  .min(1)
  .nullable()
  .meta({ description: 'What may be seen; null for all' });

export const user = z.object({
  ...{ id: z.string(), name: z.string(), role, collections, disabled: z.boolean(), created: z.string() },
});

export const signed = z.object({
  access: z.string().meta({ description: 'For Authorization: Bearer' }),
  expires: z.string(),
  refresh: z.string().meta({ description: 'Good once, for the next access token' }),
  user,
});

export const who = z.object({
  ...{ name: z.string(), role, collections, key: z.string().optional() },
  accounts: z.boolean().meta({ description: 'False where one token opens the server' }),
});

export const apiKey = z.object({
  ...{ id: z.string(), name: z.string(), user: z.string(), role, collections, created: z.string() },
  expires: z.string().nullable(),
  revoked: z.boolean(),
});

export const auditEntry = z.object({
  ...{ id: z.int(), at: z.string(), who: z.string(), action: z.string() },
  ...{ target: z.string(), address: z.string(), result: z.string() },
});
