import type { Ollama } from 'ollama';
import { RagError } from '../errors.ts';
import { endpointOf, isLoopback, shown } from './endpoint.ts';
import { connectionCodeOf, failureOf, type Server } from './failure.ts';
import { type Failure, retryAfterOf } from './retry.ts';

export interface OllamaModel {
  name: string;
  /** Digest of its weights and settings, hex. */
  digest: string;
  /** The local server passes its requests on to another machine. */
  cloud: boolean;
}

export interface OllamaServer {
  url: URL;
  server: Server;
  /** A client whose requests end with `signal`. One a call: the client can only abort all its requests together. */
  client(signal: AbortSignal): Promise<Ollama>;
  judge(error: unknown): Failure;
}

const VARIABLE = 'LOCAL_LLM_BASE_URL';
const LIST_MS = 10_000;

/** What a server other than 200 said; thrown before the client sees the answer, which it would print to stdout. */
interface Refusal {
  status: number;
  text: string;
  afterMs: number | undefined;
}

export function ollamaServer(baseUrl: string): OllamaServer {
  const url = endpointOf(baseUrl, VARIABLE);
  const server = {
    name: `Ollama at ${shown(url)}`,
    start: {
      hint: `start it (ollama serve), or set ${VARIABLE}`,
      zhHint: `请启动它（ollama serve），或设置 ${VARIABLE}`,
    },
    login: {
      hint: `check the proxy in front of it, or ${VARIABLE}`,
      zhHint: `请检查它前面的代理，或 ${VARIABLE}`,
    },
  };
  return {
    url,
    server,
    async client(signal) {
      const { Ollama } = await import('ollama');
      return new Ollama({ host: shown(url), fetch: (address, init) => refuse(fetch(address, { ...init, signal })) });
    },
    judge(error) {
      const refusal = refusalOf(error);
      if (refusal === undefined) return failureOf({ connection: connectionCodeOf(error) }, server);
      return failureOf(refusal, server);
    },
  };
}

async function refuse(answer: Promise<Response>): Promise<Response> {
  const response = await answer;
  if (response.ok) return response;
  const afterMs = retryAfterOf(response.headers);
  const refusal: Refusal = { status: response.status, text: sentenceOf(await response.text()), afterMs };
  throw new Error(`HTTP ${response.status}`, { cause: refusal });
}

function sentenceOf(body: string): string {
  try {
    return String(JSON.parse(body).error ?? body);
  } catch {
    return body;
  }
}

function refusalOf(error: unknown): Refusal | undefined {
  const cause = error instanceof Error ? error.cause : undefined;
  return typeof cause === 'object' && cause !== null && 'status' in cause ? (cause as Refusal) : undefined;
}

/** Throws what the client throws. */
export async function listModels(client: Ollama): Promise<OllamaModel[]> {
  const { models } = await client.list();
  return models.map((model) => ({
    name: model.name,
    digest: model.digest,
    cloud: 'remote_host' in model && Boolean(model.remote_host),
  }));
}

/** Throws RagError('unavailable') if the server is down or has no such model. Nothing is ever pulled. */
export async function requireModel(ollama: OllamaServer, name: string): Promise<OllamaModel & { remote: boolean }> {
  const signal = AbortSignal.timeout(LIST_MS);
  const models = await ollama
    .client(signal)
    .then(listModels)
    .catch((error: unknown) => {
      throw ollama.judge(error).error;
    });
  const model = models.find((there) => there.name === name || there.name === `${name}:latest`);
  if (model !== undefined) return { ...model, remote: model.cloud || !isLoopback(ollama.url) };
  throw missingModel(
    ollama,
    name,
    models.map((there) => there.name),
  );
}

function missingModel(ollama: OllamaServer, name: string, there: string[]): RagError {
  const list = there.join(', ') || '-';
  return new RagError('unavailable', `${ollama.server.name} has no model ${name}; it has: ${list}`, {
    zh: `${ollama.server.name} 没有模型 ${name}；现有：${list}`,
    hint: `ollama pull ${name}`,
    details: { model: name, there },
  });
}
