import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The environment variables of settings.ts, without loading it; a test compares the two. */
export const VARIABLES =
  `RAG_HOME RAG_COLLECTION OPENAI_BASE_URL EMBEDDING_MODEL EMBEDDING_PRICE LLM_MODEL LOCAL_LLM_BASE_URL
  LOCAL_EMBEDDING_MODEL LOCAL_LLM_MODEL MAX_FILE_SIZE ALLOWED_FILE_TYPES OCR STORAGE_TYPE
  MINIO_ENDPOINT MINIO_BUCKET S3_BUCKET S3_REGION S3_ENDPOINT POSTGRES_HOST POSTGRES_PORT POSTGRES_DB
  POSTGRES_USER REDIS_HOST REDIS_PORT QDRANT_URL RAG_API_URL CORS_ORIGINS LOG_LEVEL JWT_ALGORITHM
  JWT_ACCESS_TOKEN_EXPIRE_MINUTES OPENAI_API_KEY RAG_API_KEY DATABASE_URL POSTGRES_PASSWORD REDIS_URL
  REDIS_PASSWORD QDRANT_API_KEY MINIO_ROOT_USER MINIO_ROOT_PASSWORD S3_ACCESS_KEY S3_SECRET_KEY
  SECRET_KEY JWT_SECRET_KEY`.split(/\s+/);

/** Nothing is set anywhere: no variable, no `.env`, no rag.yaml upward, no user file. Then all settings have their defaults. */
export function unset(cwd: string, env: Record<string, string | undefined>, userHome: string): boolean {
  if (VARIABLES.some((name) => env[name] || env[`${name}_FILE`])) return false;
  if (existsSync(join(cwd, '.env')) || existsSync(join(userHome, '.config', 'rag', 'config.yaml'))) return false;
  for (let dir = cwd; ; dir = dirname(dir)) {
    if (existsSync(join(dir, 'rag.yaml'))) return false;
    if (dirname(dir) === dir) return true;
  }
}
