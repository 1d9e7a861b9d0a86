import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { emptyDatabase } from './postgres.ts';
import { rag } from './rag.ts';
import { type Serving, serving } from './serving.ts';

export interface AccountServer {
  url: string;
  /** Of a process beside the server. */
  env: Record<string, string>;
  cwd: string;
  /** Private key that signs, PEM. */
  pem: string;
  serving: Serving;
  /** Of the first admin. */
  admin: { name: string; password: string };
  /** Signs in; from an address of its own, so that limits of one test are not another's. */
  signIn(name: string, password: string): Promise<{ access: string; refresh: string }>;
  /** As a request comes through a proxy, from `address`. */
  call(method: string, path: string, options?: CallOptions): Promise<Answer>;
  stop(): Promise<void>;
}

export interface CallOptions {
  bearer?: string | undefined;
  body?: unknown;
  headers?: Record<string, string>;
}

export interface Answer {
  status: number;
  text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every route
  json: any;
  headers: Headers;
}

export const newPem = (): string =>
  generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();

/** `rag serve` on a database and a collection of its own, where users sign in; its first admin is made in the database. */
export async function accountServer(
  postgres: string,
  qdrant: string,
  more: Record<string, string> = {},
): Promise<AccountServer> {
  const name = `rag_accounts_${randomBytes(6).toString('hex')}`;
  const database = await emptyDatabase(postgres, name);
  const cwd = mkdtempSync(join(tmpdir(), 'rag-accounts-'));
  const pem = newPem();
  const env = {
    ...{ RAG_STORE: 'server', DATABASE_URL: database.url, QDRANT_URL: qdrant, QDRANT_COLLECTION: name },
    ...{ JWT_SECRET_KEY: pem, SECRET_KEY: 'pepper', TRUSTED_PROXIES: '127.0.0.0/8', ...more },
  };
  const admin = { name: 'root', password: 'correct horse battery' };
  const made = await rag({ cwd, env, stdin: `${admin.password}\n` }, 'user', 'add', admin.name, '--role', 'admin');
  if (made.code !== 0) throw new Error(made.err);
  const server = await serving(cwd, env);
  let clients = 0;

  async function call(method: string, path: string, { bearer, body, headers }: CallOptions = {}): Promise<Answer> {
    const form = body instanceof FormData ? body : undefined;
    const answer = await fetch(`${server.url}${path}`, {
      method,
      headers: { ...(bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }), ...headers },
      ...(body === undefined ? {} : { body: form ?? JSON.stringify(body) }),
    });
    const text = await answer.text();
    const isJson = (answer.headers.get('content-type') ?? '').includes('json');
    return { status: answer.status, text, json: isJson ? JSON.parse(text) : undefined, headers: answer.headers };
  }

  return {
    ...{ url: server.url, env, cwd, pem, serving: server, admin, call },
    async signIn(name, password) {
      const headers = { 'x-forwarded-for': `10.1.${++clients >> 8}.${clients & 255}` };
      const { status, json, text } = await call('POST', '/api/v1/auth/login', { body: { name, password }, headers });
      if (status !== 200) throw new Error(`${name} could not sign in: ${text}`);
      return json;
    },
    async stop() {
      await server.stop();
      await database.drop();
      await fetch(`${qdrant}/collections/${name}`, { method: 'DELETE' });
      rmSync(cwd, { recursive: true });
    },
  };
}
