import * as z from 'zod';
import { parseSize } from './units.ts';

export type Group = 'home' | 'models' | 'limits' | 'storage' | 'database' | 'server' | 'secrets';

export interface Setting {
  /** The environment variable; in rag.yaml the same name in lower case. */
  name: string;
  group: Group;
  about: string;
  schema: z.ZodType;
  /** Only from the environment, `.env` or `<NAME>_FILE`; printed as `[secret]`. */
  secret: boolean;
  /** Shown in `.env.example`; undefined if unset by default. */
  fallback: unknown;
}

function size(fallback: string) {
  return z
    .union([z.string(), z.number()])
    .default(fallback)
    .transform((value, context) => {
      const bytes = typeof value === 'number' ? value : parseSize(value);
      if (bytes === undefined) context.addIssue({ code: 'custom', message: 'a size such as 100mb or 1g' });
      return bytes ?? 0;
    });
}

/** A list in YAML, comma separated in the environment. */
function list(fallback: string[]) {
  return z
    .union([z.array(z.string()), z.string()])
    .default(fallback)
    .transform((value) =>
      typeof value === 'string'
        ? value
            .split(',')
            .map((item) => item.trim())
            .filter(Boolean)
        : value,
    );
}

/** A value that cannot print itself. */
export class Secret {
  readonly #value: string;
  constructor(value: string) {
    this.#value = value;
  }
  reveal(): string {
    return this.#value;
  }
  toString(): string {
    return '[secret]';
  }
  toJSON(): string {
    return '[secret]';
  }
}

const text = z.string().min(1);
const url = z.url();
const port = (fallback: number) => z.coerce.number().int().min(1).max(65535).default(fallback);

/** The one schema: defaults, checks, descriptions. `.env.example` and the README's tables are made from it. */
export const SCHEMA = {
  HOME: define('home', 'Folder that holds `.rag/`, or the word `stack` for the server home', text.optional()),
  COLLECTION: define('home', 'Collection that `rag ingest` puts documents in', text.default('default')),

  OPENAI_BASE_URL: define('models', 'OpenAI-compatible endpoint for EMBEDDING_MODEL and LLM_MODEL', url.optional()),
  EMBEDDING_MODEL: define(
    'models',
    'Embedding model at OPENAI_BASE_URL; unset: the one that the home has, at first the built-in model',
    text.optional(),
  ),
  EMBEDDING_PRICE: define(
    'models',
    'Dollars for a million tokens of EMBEDDING_MODEL, for `rag ingest --plan`',
    z.coerce.number().nonnegative().optional(),
  ),
  LLM_MODEL: define(
    'models',
    'Answering model at OPENAI_BASE_URL; unset: Ollama if it runs, else extractive',
    text.optional(),
  ),
  LLM_PRICE: define(
    'models',
    'Dollars for a million tokens of the prompt and of the answer, such as `0.15,0.6`, for the metrics of `rag serve`',
    list([])
      .transform((values) => values.map(Number))
      .refine((prices) => prices.length <= 2 && prices.every((price) => price >= 0), 'one price, or two: 0.15,0.6'),
  ),
  LOCAL_LLM_BASE_URL: define('models', 'Address of Ollama', url.default('http://localhost:11434')),
  LOCAL_EMBEDDING_MODEL: define(
    'models',
    'Embedding model in Ollama; unset: the one that the home has, at first the built-in model',
    text.optional(),
  ),
  LOCAL_LLM_MODEL: define(
    'models',
    'Answering model in Ollama; unset: the first chat model that is there',
    text.optional(),
  ),

  MAX_FILE_SIZE: define('limits', 'Larger files are skipped and named', size('100mb')),
  ALLOWED_FILE_TYPES: define(
    'limits',
    'Types to ingest, such as `pdf,docx,markdown`; empty: all that can be read',
    list([]),
  ),

  OCR: define(
    'limits',
    'Recognise text in images: `auto` in image files and on PDF pages without usable text, `force` on every PDF page, or `off`',
    z.enum(['auto', 'off', 'force']).default('auto'),
  ),

  STORAGE_TYPE: define(
    'storage',
    'Where the server home keeps originals',
    z.enum(['local', 'minio', 's3', 'oss']).default('local'),
  ),
  MINIO_ENDPOINT: define('storage', 'MinIO address', text.default('localhost:9000')),
  MINIO_BUCKET: define('storage', 'MinIO bucket', text.default('rag')),
  S3_BUCKET: define('storage', 'S3 or OSS bucket', text.optional()),
  S3_REGION: define('storage', 'S3 or OSS region', text.default('us-east-1')),
  S3_ENDPOINT: define('storage', 'S3 or OSS endpoint; unset: AWS', url.optional()),

  STORE: define(
    'database',
    'Where documents, passages and vectors are kept: `local` (the folder `.rag/`) or `server` (PostgreSQL and Qdrant)',
    z.enum(['local', 'server']).default('local'),
  ),
  POSTGRES_HOST: define('database', 'PostgreSQL host', text.default('localhost')),
  POSTGRES_PORT: define('database', 'PostgreSQL port', port(5432)),
  POSTGRES_DB: define('database', 'PostgreSQL database', text.default('rag')),
  POSTGRES_USER: define('database', 'PostgreSQL user', text.default('rag')),
  REDIS_HOST: define('database', 'Redis host', text.default('localhost')),
  REDIS_PORT: define('database', 'Redis port', port(6379)),
  QDRANT_URL: define('database', 'Qdrant address', url.default('http://localhost:6333')),
  QDRANT_COLLECTION: define('database', 'Collection of the passages in Qdrant', text.default('rag')),

  QUEUE: define(
    'server',
    'Who reads what is uploaded to a server home: the server itself (`memory`), or `rag worker` processes, with jobs and limits in Redis (`redis`)',
    z.enum(['memory', 'redis']).default('memory'),
  ),
  KEEP_VERSIONS_DAYS: define(
    'server',
    'Superseded versions older than this are removed from a server home; unset: kept for `--as-of` until `rag prune`',
    z.coerce.number().int().min(0).optional(),
  ),
  WORKER_CONCURRENCY: define('server', 'Jobs of one `rag worker` at once', z.coerce.number().int().min(1).default(2)),

  RAG_API_URL: define('server', 'API of the server home, for `--home stack`', url.default('http://localhost:8000')),
  CORS_ORIGINS: define('server', 'Origins that browsers may call the API from', list([])),
  URL_INGEST: define(
    'server',
    'Whether a server home takes documents from public addresses of the internet: `on` or `off`',
    z.enum(['on', 'off']).default('off'),
  ),
  TRUSTED_PROXIES: define(
    'server',
    'Addresses or networks (`172.16.0.0/12`) of proxies whose X-Forwarded-For tells who asks',
    list([]),
  ),
  ADMIN_USER: define('server', 'Name of the first admin of the server home', text.default('admin')),
  LOG_LEVEL: define('server', 'How much the server logs', z.enum(['debug', 'info', 'warn', 'error']).default('info')),
  JWT_ALGORITHM: define(
    'server',
    'Signature of access tokens; HS* is refused, because whoever can check such a token can also forge it',
    z.enum(['EdDSA', 'ES256', 'RS256', 'PS256'], 'EdDSA, ES256, RS256 or PS256 (HS* is refused)').default('EdDSA'),
  ),
  JWT_ACCESS_TOKEN_EXPIRE_MINUTES: define(
    'server',
    'Life of an access token',
    z.coerce.number().int().min(1).default(15),
  ),

  OPENAI_API_KEY: secret('Key for OPENAI_BASE_URL'),
  RAG_API_KEY: secret('Key for RAG_API_URL'),
  RAG_TOKEN: secret('Token that `rag serve` and `rag mcp --http` ask for; unset: a new one at each start'),
  ADMIN_PASSWORD: secret('Password of the first admin: used where there is no user yet'),
  METRICS_TOKEN: secret('Token that reads /metrics of a server with accounts, and nothing else'),
  DATABASE_URL: secret('PostgreSQL connection, instead of POSTGRES_*'),
  DATABASE_REPLICA_URL: secret('A replica of that database for searches, if there is one'),
  POSTGRES_PASSWORD: secret('PostgreSQL password'),
  REDIS_URL: secret('Redis connection, instead of REDIS_HOST and REDIS_PORT'),
  REDIS_PASSWORD: secret('Redis password'),
  QDRANT_API_KEY: secret('Qdrant key'),
  MINIO_ROOT_USER: secret('MinIO user'),
  MINIO_ROOT_PASSWORD: secret('MinIO password'),
  S3_ACCESS_KEY: secret('S3 or OSS access key'),
  S3_SECRET_KEY: secret('S3 or OSS secret key'),
  SECRET_KEY: secret('Goes into the hashes of API keys and sessions: a new one ends all of them'),
  JWT_SECRET_KEY: secret(
    'Private key that signs access tokens (PEM); further keys below it are good for checking: to rotate, put the new one first',
  ),
} as const;

export type Name = keyof typeof SCHEMA;
export type Values = { [K in Name]: z.output<(typeof SCHEMA)[K]['schema']> };

function define<T extends z.ZodType>(group: Group, about: string, schema: T) {
  return { group, about, schema, secret: false as boolean };
}

function secret(about: string) {
  const schema = text.transform((value) => new Secret(value)).optional();
  return { group: 'secrets' as Group, about, schema, secret: true as boolean };
}

export const SETTINGS: Setting[] = Object.entries(SCHEMA).map(([name, setting]) => ({
  name,
  ...setting,
  fallback: setting.schema.safeParse(undefined).data,
}));

/** REDIS_URL, or what REDIS_HOST, REDIS_PORT and REDIS_PASSWORD say. */
export function redisUrl({ REDIS_URL, REDIS_HOST, REDIS_PORT, REDIS_PASSWORD }: Values): string {
  const password = REDIS_PASSWORD === undefined ? '' : `:${encodeURIComponent(REDIS_PASSWORD.reveal())}@`;
  return REDIS_URL?.reveal() ?? `redis://${password}${REDIS_HOST}:${REDIS_PORT}`;
}

/** Names that would collide in an environment carry a prefix there. */
const PREFIXED = new Set(['HOME', 'COLLECTION', 'STORE']);

export function envName(name: string): string {
  return PREFIXED.has(name) ? `RAG_${name}` : name;
}
