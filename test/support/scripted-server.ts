import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Asked {
  path: string;
  body: Record<string, unknown>;
  headers: IncomingMessage['headers'];
  /** ms since the server started. */
  at: number;
}

export type Reply = (response: ServerResponse, asked: Asked) => void;

export interface ScriptedServer {
  url: string;
  asked: Asked[];
  close(): Promise<void>;
}

export function json(status: number, body: unknown, headers: Record<string, string> = {}): Reply {
  return (response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(JSON.stringify(body));
  };
}

/** A real HTTP server that gives one reply after the other, the last one again and again. */
export async function scriptedServer(replies: Reply[]): Promise<ScriptedServer> {
  const asked: Asked[] = [];
  const start = performance.now();
  const server = createServer(async (request, response) => {
    let text = '';
    for await (const chunk of request) text += chunk;
    const body = text === '' ? {} : JSON.parse(text);
    const entry = { path: request.url ?? '', body, headers: request.headers, at: performance.now() - start };
    asked.push(entry);
    replies[Math.min(asked.length, replies.length) - 1]!(response, entry);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    asked,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** An OpenAI-compatible server that writes the first piece, and the others when it is told to go on. */
export async function streamedWords(pieces: string[]): Promise<ScriptedServer & { goOn(): void }> {
  let goOn = () => {};
  const waiting = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  const reply: Reply = async (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    for (const [index, content] of pieces.entries()) {
      if (index > 0) await waiting;
      response.write(`data: ${JSON.stringify({ choices: [{ index: 0, delta: { content } }] })}\n\n`);
    }
    response.end('data: [DONE]\n\n');
  };
  return { ...(await scriptedServer([reply])), goOn };
}
