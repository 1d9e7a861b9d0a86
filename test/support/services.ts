import { existsSync } from 'node:fs';
import { describe } from 'vitest';

/** What a test needs besides us: its name in RAG_REQUIRE_SERVICES, the variable that tells where it is, how to get one. */
export interface Service {
  name: string;
  variable: string;
  start: string;
  /** Where it usually is. */
  usual?: string;
}

export const OLLAMA: Service = {
  name: 'ollama',
  variable: 'OLLAMA_HOST',
  start: 'ollama serve, with models that chat and embed; then set OLLAMA_HOST, LLM_MODEL and EMBED_MODEL',
};

export const OPENAI: Service = {
  name: 'openai',
  variable: 'OPENAI_BASE_URL',
  start: 'any server with an OpenAI interface, e.g. ollama serve; then set OPENAI_BASE_URL, LLM_MODEL and EMBED_MODEL',
};

export const CHROMIUM: Service = {
  name: 'chromium',
  variable: 'CHROMIUM',
  start: 'apt-get install chromium; or set CHROMIUM to its path',
  usual: '/usr/bin/chromium',
};

/** Of which only the tests know where it is: `set` is what its variable holds. */
function own(name: string, what: string, set: string): Service {
  const variable = `RAG_TEST_${name.toUpperCase().replaceAll('-', '_')}`;
  return { name, variable, start: `${what}; then set ${variable}=${set}` };
}

export const POSTGRES = own(
  'postgres',
  'any PostgreSQL from 15 on',
  'postgresql://user:password@host:port/postgres (may create databases)',
);
export const QDRANT = own('qdrant', 'Qdrant 1.19', 'http://host:6333');
export const REDIS = own('redis', 'redis-server --maxmemory-policy noeviction', 'redis://host:6379');
export const S3 = own(
  's3',
  'MinIO or another store with the interface of S3',
  'http://user:password@host:9000 (may create buckets)',
);
export const DOCKER = own(
  'docker',
  'Docker Engine 25 with Compose 2.30 and the images of compose.yaml',
  'unix:///var/run/docker.sock (makes and removes stacks called rag-test-…)',
);

/** Programs that a test starts and kills itself. */
export const POSTGRES_BIN = own('postgres-bin', 'the programs `initdb` and `postgres`', '/usr/lib/postgresql/15/bin');
export const QDRANT_PROGRAM = own('qdrant-program', 'the program `qdrant`', '/path/of/qdrant');
export const MINIO = own('minio', 'the program `minio`', '/path/of/minio');

/** The same for several at once. */
export function withServices(services: Service[], tests: (...addresses: string[]) => void): void {
  const [first, ...rest] = services;
  if (first === undefined) tests();
  else withService(first, (address) => withServices(rest, (...others) => tests(address, ...others)));
}

/**
 * Runs `tests` with the service's address. Without one they are skipped with a line that says how to get it, or fail if
 * RAG_REQUIRE_SERVICES names the service (or is `all`).
 */
export function withService(service: Service, tests: (address: string) => void): void {
  const { usual = '' } = service;
  const address = process.env[service.variable] ?? (existsSync(usual) ? usual : undefined);
  if (address) {
    tests(address);
    return;
  }
  const required = (process.env.RAG_REQUIRE_SERVICES ?? '').split(',').map((name) => name.trim());
  const line = `needs ${service.name}: ${service.variable} is not set. Start: ${service.start}`;
  if (required.includes(service.name) || required.includes('all')) throw new Error(line);
  console.log(`skipped: ${line}`);
  describe.skip(line, () => tests('http://127.0.0.1:1'));
}
