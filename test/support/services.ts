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
