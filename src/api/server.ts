import { randomBytes } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import { RagError } from '../errors.ts';
import { type ApiOptions, openApi } from './app.ts';
import { clearStaging } from './staging.ts';

export interface ServeOptions extends Omit<ApiOptions, 'ready' | 'hosts'> {
  port: number;
  host: string;
  /** Further names the server may be called by. */
  hosts: string[];
}

export interface Server {
  url: string;
  /** Takes no new requests, lets those under way end (at most 10 s), then closes. */
  drain(): Promise<void>;
}

const DRAIN_MS = 10_000;
const LOOPBACK = ['127.0.0.1', 'localhost', '[::1]'];

export function newToken(): string {
  return randomBytes(24).toString('base64url');
}

const portTaken = (port: number) => ({
  hint: `another program has this port: rag serve --port ${port + 1}`,
  zhHint: `端口已被其他程序占用：rag serve --port ${port + 1}`,
});

/** Throws RagError('unavailable') if the port is taken. */
export async function serve(options: ServeOptions): Promise<Server> {
  let ready = true;
  await clearStaging(options.context.root);
  const app = openApi({ ...options, hosts: [...LOOPBACK, options.host, ...options.hosts], ready: () => ready });
  // A client that sends its request a byte a second does not keep a connection: it is looked for every second.
  const serverOptions = {
    ...{ headersTimeout: 10_000, requestTimeout: 3_600_000, keepAliveTimeout: 5000, connectionsCheckingInterval: 1000 },
  };
  const server = createAdaptorServer({ fetch: app.fetch, serverOptions });
  await new Promise<void>((listening, failed) => {
    server.once('error', (cause: NodeJS.ErrnoException) =>
      failed(
        new RagError('unavailable', `${options.host}:${options.port} cannot be opened (${cause.code})`, {
          ...(cause.code === 'EADDRINUSE' ? portTaken(options.port) : {}),
          ...{ zh: `无法打开 ${options.host}:${options.port}（${cause.code}）`, cause },
        }),
      ),
    );
    server.listen(options.port, options.host, listening);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${options.host.includes(':') ? `[${options.host}]` : options.host}:${port}`,
    async drain() {
      ready = false;
      const closed = new Promise<void>((done) => server.close(() => done()));
      if ('closeIdleConnections' in server) server.closeIdleConnections();
      const late = setTimeout(() => 'closeAllConnections' in server && server.closeAllConnections(), DRAIN_MS);
      await closed;
      clearTimeout(late);
    },
  };
}
