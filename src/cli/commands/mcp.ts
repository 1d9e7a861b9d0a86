import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Command } from 'commander';
import { ERRORS, RagError } from '../../errors.ts';
import { type App, type Exit, handle, type Invocation, verb } from '../app.ts';
import { count } from '../options.ts';

interface Options {
  http?: boolean;
  port: number;
  allowIngest?: boolean;
}

const HOST = '127.0.0.1';
const PER_MINUTE = 6000;

export function mcpCommand(app: App, exit: Exit): Command {
  const command = verb('mcp', 'the documents as tools for editors and agents (Model Context Protocol), on stdio', [
    'rag mcp',
    'rag mcp --http --port 8001',
  ])
    .option('--http', 'streamable HTTP on this machine instead, with a token')
    .option('--port <n>', 'port for --http; 0 takes a free one', (value) => (value === '0' ? 0 : count(value)), 8001)
    .option('--allow-ingest', 'offer the ingest tool, too');
  return handle<Options>(command, app, exit, async (run, options) => {
    const { mcpServer } = await import('../../mcp.ts');
    const context = await run.context();
    const open = () => mcpServer({ context, allowIngest: options.allowIngest ?? false });
    if (options.http) await overHttp(run, options, open);
    else await overStdio(run, open());
    return { stopped: true };
  });
}

type Open = () => ReturnType<typeof import('../../mcp.ts')['mcpServer']>;

/** Until the other side hangs up. stdout carries the protocol and nothing else. */
async function overStdio({ app }: Invocation, server: ReturnType<Open>): Promise<void> {
  const { StdioServerTransport } = await import('@modelcontextprotocol/sdk/server/stdio.js');
  const transport = new StdioServerTransport(app.stdin as never, app.stdout as never);
  const ended = new Promise<void>((done) => {
    app.stdin.once('end', () => done());
    app.stdin.once('close', () => done());
    app.signal.addEventListener('abort', () => done(), { once: true });
  });
  await server.connect(transport);
  await ended;
  await server.close();
}

/** Without sessions: each request stands alone, so there is nothing to lose. */
async function overHttp(run: Invocation, options: Options, open: Open): Promise<void> {
  const { StreamableHTTPServerTransport } = await import('@modelcontextprotocol/sdk/server/streamableHttp.js');
  const { guard } = await import('../../api/guard.ts');
  const { newToken } = await import('../../api/server.ts');
  const given = (await run.config()).values.RAG_TOKEN?.reveal();
  const token = given ?? newToken();
  const limits = await (await (await run.context()).access()).limits();
  const door = guard({ token, hosts: [HOST, 'localhost'], perMinute: PER_MINUTE, limits });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { host, origin, authorization } = request.headers;
    const asking = { address: request.socket.remoteAddress ?? '', host, origin, authorization };
    await door.heard(asking);
    await door.known(asking);
    if (request.url?.split('?')[0] !== '/mcp') throw new RagError('not_found', 'the endpoint is /mcp');
    const server = open();
    const transport = new StreamableHTTPServerTransport({});
    response.once('close', () => void server.close());
    await server.connect(transport as never);
    await transport.handleRequest(request, response);
  }

  const { createServer } = await import('node:http');
  const http = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      const known = error instanceof RagError ? error : new RagError('unavailable', 'this is a bug in rag');
      if (response.headersSent) return response.end();
      response.writeHead(ERRORS[known.code].http, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ error: { code: known.code, message: known.message } }));
    });
  });
  await new Promise<void>((listening, failed) => {
    http.once('error', (cause: NodeJS.ErrnoException) =>
      failed(
        new RagError('unavailable', `port ${options.port} cannot be opened (${cause.code})`, {
          hint: 'rag mcp --http --port 0',
          cause,
        }),
      ),
    );
    http.listen(options.port, HOST, listening);
  });
  const url = `http://${HOST}:${(http.address() as AddressInfo).port}/mcp`;
  if (run.options.json) run.print(`${JSON.stringify({ event: 'listening', url, ...(given ? {} : { token }) })}\n`);
  else run.print(run.say.serving(url, given ? undefined : token).replace(/ {2}\(.*\/docs\)/, ''));
  await new Promise<void>((stopped) => run.app.signal.addEventListener('abort', () => stopped(), { once: true }));
  http.close();
  http.closeAllConnections();
}
