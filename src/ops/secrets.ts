import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { chmod, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Step } from './step.ts';

/** Folder 0700, files 0444: nobody else on this machine gets in, and containers, which run as other users, can read them. */
const FOLDER_MODE = 0o700;
const FILE_MODE = 0o444;

/** 32 bytes; letters and digits that need no quoting anywhere. */
const random = () => randomBytes(32).toString('base64url');

/** What the stack needs: name → how it is made, out of others where it must. `openai_api_key` is the user's to fill. */
export const SECRETS: Record<string, (read: (name: string) => string) => string> = {
  postgres_password: random,
  redis_password: random,
  qdrant_api_key: random,
  objects_root_user: () => `root-${randomBytes(8).toString('hex')}`,
  objects_root_password: random,
  objects_access_key: () => `rag-${randomBytes(8).toString('hex')}`,
  objects_secret_key: random,
  jwt_key: () => generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  secret_key: random,
  admin_password: () => randomBytes(18).toString('base64url'),
  metrics_token: random,
  grafana_password: () => randomBytes(18).toString('base64url'),
  database_replica_url: (read) => `postgresql://rag:${read('postgres_password')}@postgres-replica:5432/rag`,
  openai_api_key: () => '',
};

/** Makes what is missing; what is there is never written over, nor removed. */
export function secretsStep(folder: string): Step {
  const dir = join(folder, 'secrets');
  const missing = Object.keys(SECRETS).filter((name) => !existsSync(join(dir, name)));
  return {
    title: `make ${missing.length} secrets`,
    zh: `生成 ${missing.length} 个密钥文件`,
    detail: missing.map((name) => `write secrets/${name} (0444, in a folder of 0700)`).join('\n'),
    async do(runner) {
      await mkdir(dir, { recursive: true, mode: FOLDER_MODE });
      await chmod(dir, FOLDER_MODE);
      const read = (name: string) => readFileSync(join(dir, name), 'utf8').trim();
      for (const name of missing) await runner.write(join(dir, name), SECRETS[name]!(read), FILE_MODE);
    },
  };
}
