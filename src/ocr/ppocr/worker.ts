import type { Pixels, Recognition } from '../ocr.ts';
import { openEngine } from './engine.ts';

/** The first message of the pool. */
export interface WorkerSettings {
  /** Folder of the networks and the alphabet. */
  models: string;
  /** Cores to compute on. */
  threads: number;
}

/** To the settings, then one to each image. */
export type Answer = { ready: true } | { recognition: Recognition } | { error: string };

/** Serves the parent process until the channel to it closes. */
function serve(send: (message: Answer) => void): void {
  // Ctrl-C reaches the whole group; the parent decides what happens then.
  process.on('SIGINT', () => {});
  // A parent that was killed leaves nobody to answer to.
  process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
  process.once('message', ({ models, threads }: WorkerSettings) => {
    const engine = openEngine(models, threads);
    engine.then(
      () => send({ ready: true }),
      (error: unknown) => send({ error: String(error) }),
    );
    process.on('message', async (image: Pixels) => {
      try {
        send({ recognition: await (await engine).recognise(image) });
        // Tensors lie outside the heap: without this they pile up until the heap is full.
        (globalThis as { gc?: () => void }).gc?.();
      } catch (error) {
        send({ error: String(error) });
      }
    });
  });
}

if (process.send !== undefined) serve((message) => process.send?.(message));
