import { readFileSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { openPieceCounter } from './models/builtin/piece-counter.ts';
import type { Pixels, Recognition } from './ocr/ocr.ts';
import { prepare } from './pipeline/prepare.ts';
import { largeFile } from './readers/file-pieces.ts';
import { ReadError, type Recogniser } from './readers/reader.ts';
import type { FromWorker, Job, Member, ToWorker, WorkerData } from './readers/sandbox.ts';
import { sniff } from './readers/sniff.ts';
import { readerFor } from './readers/table.ts';
import { unsupportedReason } from './readers/unsupported.ts';
import { wireEncoder } from './readers/wire.ts';
import type { Problem } from './types.ts';

// The inside of the sandbox: one file at a time from bytes to chunks, in the order they were asked for.
const { tokenizerFile } = workerData as WorkerData;
const countTokens = openPieceCounter(tokenizerFile);
const { countTerms, encode } = wireEncoder();
const port = parentPort!;
/** Batches sent and not yet taken, over all files: a busy main thread need not stop us, a slow disk must. */
const WINDOW = 12;
let outstanding = 0;
let taken: () => void = () => {};

/** Resolves when the member sent last is taken. */
let memberTaken: () => void = () => {};
/** What waits for the text of its image; a reader asks for one at a time. */
let recognised: (answer: Recognition | Problem) => void = () => {};

let last: Promise<void> = Promise.resolve();

port.on('message', (message: ToWorker) => {
  if (message.type === 'next') {
    outstanding--;
    taken();
  }
  if (message.type === 'taken') memberTaken();
  if (message.type === 'recognised') recognised(message.answer);
  if (message.type === 'job') last = last.then(() => run(message.job));
});

function send(message: FromWorker, transfer: ArrayBuffer[] = []): void {
  port.postMessage(message, transfer);
}

/** The children that recognise text belong to the main thread. */
async function recognise(image: Pixels): Promise<Recognition> {
  const answer = await new Promise<Recognition | Problem>((resolve) => {
    recognised = resolve;
    send({ type: 'image', image }, [image.data.buffer as ArrayBuffer]);
  });
  if ('code' in answer) throw new ReadError(answer.code, answer.reason);
  return answer;
}

function member(name: string, content: Member['content']): Promise<void> {
  const taken = new Promise<void>((resolve) => {
    memberTaken = resolve;
  });
  if (!(content instanceof Uint8Array)) send({ type: 'member', member: { name, content } });
  else {
    // Handed over, not cloned; a view of the container is copied first, since cloning it would clone the container.
    const own = content.byteLength === content.buffer.byteLength ? content : Uint8Array.from(content);
    send({ type: 'member', member: { name, content: own } }, [own.buffer as ArrayBuffer]);
  }
  return taken;
}

async function run(job: Job): Promise<void> {
  try {
    if (job.draw) {
      const { drawPage } = await import('./readers/pdf-page.ts');
      const image = await drawPage(job.bytes ?? readFileSync(job.path), job.draw);
      return send({ type: 'drawn', image }, [image.png.buffer as ArrayBuffer]);
    }
    const large = job.bytes ? undefined : await largeFile(job.path, job.name);
    const bytes = job.bytes ?? (large ? new Uint8Array() : readFileSync(job.path));
    const ocr: Recogniser = { mode: job.ocr, recognise };
    const batches = prepare(
      { sniff, readerFor, unsupportedReason, countTokens, countTerms },
      { ...job, bytes, large, member, ocr },
    );
    for (;;) {
      const { done, value } = await batches.next();
      if (done) {
        const { prepared, rest } = value;
        const batch = rest.length > 0 ? { batch: encode(rest) } : {};
        return send({ type: 'end', prepared: JSON.stringify(prepared), ...batch });
      }
      send({ type: 'chunks', batch: encode(value) });
      outstanding++;
      while (outstanding >= WINDOW)
        await new Promise<void>((resolve) => {
          taken = resolve;
        });
    }
  } catch (error) {
    if (error instanceof ReadError) return send({ type: 'problem', problem: error.problem });
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return send({ type: 'problem', problem: { code: 'missing', reason: 'the file is gone' } });
    if (code === 'EACCES' || code === 'EPERM' || code === 'EISDIR' || code === 'EIO')
      return send({ type: 'problem', problem: { code: 'unreadable', reason: `${code}: no permission to read it` } });
    send({ type: 'problem', problem: { code: 'crashed', reason: `the reader failed: ${message}` } });
  }
}
