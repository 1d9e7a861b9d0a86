import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { generated } from '../src/build/docs.ts';
import { envName, SETTINGS } from '../src/settings.ts';

const REQUIRED =
  'POSTGRES_HOST POSTGRES_PORT POSTGRES_DB POSTGRES_USER POSTGRES_PASSWORD DATABASE_URL REDIS_HOST REDIS_PORT REDIS_PASSWORD REDIS_URL QDRANT_URL QDRANT_API_KEY MINIO_ROOT_USER MINIO_ROOT_PASSWORD MINIO_ENDPOINT MINIO_BUCKET SECRET_KEY JWT_SECRET_KEY JWT_ALGORITHM JWT_ACCESS_TOKEN_EXPIRE_MINUTES OPENAI_API_KEY OPENAI_BASE_URL EMBEDDING_MODEL LLM_MODEL LOCAL_EMBEDDING_MODEL LOCAL_LLM_MODEL LOCAL_LLM_BASE_URL MAX_FILE_SIZE ALLOWED_FILE_TYPES STORAGE_TYPE S3_BUCKET S3_REGION S3_ENDPOINT S3_ACCESS_KEY S3_SECRET_KEY RAG_API_URL RAG_API_KEY CORS_ORIGINS LOG_LEVEL'.split(
    ' ',
  );

describe('generated documents', () => {
  for (const { path, now, want } of generated())
    it(`${path} is up to date (npm run docs)`, () => expect(now).toBe(want));
});

describe('settings', () => {
  it('have every variable that was promised', () => {
    const names = new Set(SETTINGS.map(({ name }) => envName(name)));
    expect(REQUIRED.filter((name) => !names.has(name))).toEqual([]);
  });

  it('have the promised defaults', () => {
    const fallback = (name: string) => SETTINGS.find((setting) => setting.name === name)!.fallback;
    expect(fallback('LOCAL_LLM_BASE_URL')).toBe('http://localhost:11434');
    expect(fallback('MAX_FILE_SIZE')).toBe(100 * 1024 * 1024);
    expect(fallback('JWT_ALGORITHM')).toBe('EdDSA');
    expect(fallback('JWT_ACCESS_TOKEN_EXPIRE_MINUTES')).toBe(15);
  });
});

describe('the READMEs', () => {
  it('show every verb with an example, and the same commands in both languages', () => {
    const commands = (file: string) =>
      [...readFileSync(file, 'utf8').matchAll(/^(?:\$ )?((?:rag|npm|npx) [^\n#]*?)(?:\s+#.*)?$/gm)].map(([, command]) =>
        command!.split(' ').slice(0, 2).join(' '),
      );
    const english = commands('README.md');
    for (const verb of [
      'init',
      'ingest',
      'embed',
      'search',
      'query',
      'status',
      'list',
      'show',
      'rm',
      'prune',
      'config',
      'doctor',
      'completion',
      'eval',
    ])
      expect(english, verb).toContain(`rag ${verb}`);
    expect(new Set(commands('README.zh.md'))).toEqual(new Set(english));
  });
});
