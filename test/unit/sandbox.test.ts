import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { openSandbox, type Sandbox } from '../../src/readers/sandbox.ts';
import { folder } from '../support/rag.ts';

/** A reader that does what the file's name says; its batches are empty but numbered by their ends. */
const WORKER = `
import { parentPort } from 'node:worker_threads';
let last = Promise.resolve();
let taken = () => {};
const batch = () => ({ chunks: '[]', document: '', fresh: '', sizes: new Uint32Array(), terms: new Uint32Array(), counts: new Uint32Array(), reset: false });
parentPort.on('message', (message) => {
  if (message.type === 'next') taken();
  else last = last.then(() => run(message.job));
});
async function run({ name }) {
  if (name === 'crash') process.exit(1);
  if (name === 'throw') throw new Error('a bug in a reader');
  if (name === 'hang') for (;;);
  if (name === 'eat') for (const hoard = []; ; ) hoard.push(new Array(100_000).fill(Math.random()));
  if (name === 'bad') return parentPort.postMessage({ type: 'problem', problem: { code: 'corrupt', reason: 'no end' } });
  for (let i = 0; i < 3; i++) {
    parentPort.postMessage({ type: 'chunks', batch: batch() });
    await new Promise((resolve) => (taken = resolve));
  }
  parentPort.postMessage({ type: 'end', prepared: JSON.stringify({ id: name, type: 'text', title: '', sha256: '', sections: [] }) });
}`;

let sandbox: Sandbox;
function open(): Sandbox {
  const file = join(folder(), 'worker.mjs');
  writeFileSync(file, WORKER);
  sandbox = openSandbox({
    ...{
      workerUrl: pathToFileURL(file),
      workerData: { tokenizerFile: '' },
      workers: 2,
      timeoutSeconds: 1,
      memoryMb: 32,
    },
  });
  return sandbox;
}
afterEach(() => sandbox.close());

async function read(name: string): Promise<string> {
  const reading = sandbox.read({
    path: name,
    name,
    source: name,
    maxTokens: 400,
    allowedTypes: [],
    ocr: 'off' as const,
    passwords: [],
    depth: 0,
  });
  try {
    for (let batches = 0; ; batches++) {
      const { done, value } = await reading.next();
      if (done) return `${value === 'unchanged' ? value : value.id} after ${batches}`;
    }
  } catch (error) {
    return (error as { problem: { code: string } }).problem.code;
  }
}

describe('the sandbox', () => {
  it('names each way to fail, and fails that file only', { timeout: 60_000 }, async () => {
    open();
    const names = ['a', 'crash', 'b', 'throw', 'c', 'hang', 'd', 'bad', 'e', 'eat', 'f', 'g'];
    const ends = await Promise.all(names.map(read));
    const failures: Record<string, string> = {
      crash: 'crashed',
      throw: 'crashed',
      hang: 'timeout',
      bad: 'corrupt',
      eat: 'memory',
    };
    expect(ends).toEqual(names.map((name) => failures[name] ?? `${name} after 3`));
  });

  it('goes on after a caller has left in the middle', async () => {
    open();
    const reading = sandbox.read({
      path: 'x',
      name: 'x',
      source: 'x',
      maxTokens: 400,
      allowedTypes: [],
      ocr: 'off' as const,
      passwords: [],
      depth: 0,
    });
    await reading.next();
    await reading.return(undefined as never);
    expect(await Promise.all(['a', 'b', 'c', 'd', 'e'].map(read))).toEqual(
      ['a', 'b', 'c', 'd', 'e'].map((name) => `${name} after 3`),
    );
  });
});
