import type { APIError, OpenAI } from 'openai';
import { RagError } from '../errors.ts';
import { endpointOf, isLoopback, shown } from './endpoint.ts';
import { connectionCodeOf, type Facts, failureOf } from './failure.ts';
import { openPace } from './pace.ts';
import { type Failure, retry, retryAfterOf } from './retry.ts';

export interface OpenaiServerOptions {
  /** With its `/v1`. */
  baseUrl: string;
  /** Servers of one's own often want none. */
  apiKey?: string | undefined;
  /** Until the answer begins. */
  timeoutMs?: number;
  /** Attempts after the first. */
  retries?: number;
  /** Of this process; no limit if undefined. */
  requestsPerMinute?: number | undefined;
}

export interface OpenaiServer {
  name: string;
  remote: boolean;
  /** Waits its turn, sends, retries. */
  request<T>(send: (client: OpenAI) => Promise<T>, signal: AbortSignal | undefined): Promise<T>;
  judge(error: unknown): Failure;
}

const VARIABLE = 'OPENAI_BASE_URL';
const KEY = 'OPENAI_API_KEY';
const RETRIES = 4;

/** Any server with OpenAI's interface. The client is loaded at the first request. */
export function openaiServer(options: OpenaiServerOptions): OpenaiServer {
  const { apiKey, retries = RETRIES } = options;
  const url = endpointOf(options.baseUrl, VARIABLE);
  const pace = openPace(options.requestsPerMinute);
  const server = {
    name: `the model server at ${shown(url)}`,
    start: { hint: `start it, or set ${VARIABLE}`, zhHint: `请启动它，或设置 ${VARIABLE}` },
    login: { hint: `set ${KEY} or ${KEY}_FILE`, zhHint: `请设置 ${KEY} 或 ${KEY}_FILE` },
    secret: apiKey,
  };
  let connected: Promise<Connection> | undefined;

  function judge(error: unknown): Failure {
    return error instanceof RagError ? { error, again: false } : failureOf(factsOf(error), server);
  }

  return {
    name: server.name,
    remote: !isLoopback(url),
    judge,
    request(send, signal) {
      const attempt = async () => {
        await pace(signal);
        connected ??= connect(url, options);
        const { client, isTimeout } = await connected;
        try {
          return await send(client);
        } catch (error) {
          throw isTimeout(error) ? new DOMException('no answer in time', 'TimeoutError') : error;
        }
      };
      return retry(attempt, judge, { retries, signal });
    },
  };
}

interface Connection {
  client: OpenAI;
  isTimeout(error: unknown): boolean;
}

/** What the client would read from the environment is given here, so that only our own configuration counts. */
async function connect(url: URL, { apiKey, timeoutMs }: OpenaiServerOptions): Promise<Connection> {
  const { APIConnectionTimeoutError, OpenAI } = await import('openai');
  const client = new OpenAI({
    baseURL: shown(url),
    apiKey: apiKey || 'unused',
    adminAPIKey: null,
    organization: null,
    project: null,
    webhookSecret: null,
    logLevel: 'off',
    maxRetries: 0,
    ...(timeoutMs !== undefined && { timeout: timeoutMs }),
  });
  return { client, isTimeout: (error) => error instanceof APIConnectionTimeoutError };
}

/** The fields of the client's APIError; errors of the connection have none but a cause. */
function factsOf(error: unknown): Facts {
  const { status, code, param, headers, error: body } = error as Partial<APIError>;
  const text = (body as { message?: unknown } | undefined)?.message;
  return {
    status,
    code: code ?? undefined,
    param: param ?? undefined,
    text: typeof text === 'string' ? text : undefined,
    connection: connectionCodeOf(error),
    afterMs: retryAfterOf(headers),
  };
}
