import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { afterEach } from 'vitest';
import { run } from '../../src/cli/main.ts';

export interface Ran {
  code: number;
  out: string;
  err: string;
  /** The one JSON document of `--json`. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into results of every verb
  json: any;
}

export interface RunOptions {
  cwd: string;
  env?: Record<string, string>;
  stdin?: string | Buffer;
  signal?: AbortSignal;
}

/** A command line in this process, as `bin/rag.js` runs it, with streams of its own and an empty environment. */
export async function rag(options: RunOptions, ...argv: string[]): Promise<Ran> {
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  const sink = (parts: Buffer[]) =>
    new Writable({
      write(part: Buffer, _encoding, done) {
        parts.push(Buffer.from(part));
        done();
      },
    });
  const code = await run(argv, {
    // No Ollama: nothing may depend on what runs on the machine of the test.
    env: { HOME: options.cwd, LOCAL_LLM_BASE_URL: 'http://127.0.0.1:9', ...options.env },
    cwd: options.cwd,
    stdin: Readable.from(options.stdin === undefined ? [] : [Buffer.from(options.stdin)]) as never,
    stdout: sink(out) as never,
    stderr: sink(err) as never,
    signal: options.signal ?? new AbortController().signal,
  });
  const text = Buffer.concat(out).toString('utf8');
  return {
    code,
    out: text,
    err: Buffer.concat(err).toString('utf8'),
    json: argv.includes('--json') ? parsed(text) : undefined,
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line));
  }
}

/** A folder with these files, gone after the test. */
export function folder(files: Record<string, string | Buffer> = {}): string {
  const dir = mkdtempSync(join(tmpdir(), 'rag-test-'));
  cleanUp.push(dir);
  for (const [name, content] of Object.entries(files)) put(dir, name, content);
  return dir;
}

export function put(dir: string, name: string, content: string | Buffer): void {
  mkdirSync(dirname(join(dir, name)), { recursive: true });
  writeFileSync(join(dir, name), content);
}

const cleanUp: string[] = [];
afterEach(() => {
  for (const dir of cleanUp.splice(0)) rmSync(dir, { recursive: true, force: true });
});
