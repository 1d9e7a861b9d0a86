import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { openEncoder } from './encoder.ts';
import { openOnnx } from './onnx.ts';

export type Engine = 'onnxruntime' | 'wasm';

/** The first message of the pool. */
export interface WorkerSettings {
  engine: Engine;
  /** Folder of e5.bin, e5.wasm and e5-relaxed.wasm. */
  derived: string;
  /** Folder of model.onnx. */
  vendored: string;
}

/** The worker's answer to the settings. */
export type Ready = { runtime: string } | { error: string };

/** One for each message with token ids, in their order. */
export type Answer = { vector: Float32Array } | { error: string };

interface Model {
  runtime: string;
  embed(ids: Int32Array): Promise<Float32Array> | Float32Array;
}

async function openModel({ engine, derived, vendored }: WorkerSettings): Promise<Model> {
  if (engine === 'onnxruntime') return openOnnx(join(vendored, 'model.onnx'));
  const { kind, embed } = openEncoder({
    weights: join(derived, 'e5.bin'),
    kernels: join(derived, 'e5.wasm'),
    relaxed: join(derived, 'e5-relaxed.wasm'),
    resident: true,
  });
  return { runtime: kind === 'relaxed' ? 'wasm relaxed' : 'wasm', embed };
}

async function answer(model: Model, ids: Int32Array): Promise<Answer> {
  try {
    return { vector: await model.embed(ids) };
  } catch (error) {
    return { error: String(error) };
  }
}

/** Serves the parent process until the channel to it closes; then nothing keeps this process, and it ends. */
function serve(send: (message: Ready | Answer) => void): void {
  // Ctrl-C reaches the whole group; the parent decides what happens then.
  process.on('SIGINT', () => {});
  process.once('message', (settings: WorkerSettings) => {
    const model = openModel(settings);
    let turn = model.then(
      ({ runtime }) => send({ runtime }),
      (error: unknown) => send({ error: String(error) }),
    );
    process.on('message', (ids: Int32Array) => {
      // In turn, so that each answer leaves before the next text is computed.
      turn = turn.then(async () => {
        await setImmediate();
        if (process.connected) send(await answer(await model, ids));
      });
    });
  });
}

if (process.send !== undefined) serve((message) => process.send?.(message));
