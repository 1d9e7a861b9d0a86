import { join } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { openEncoder } from './encoder.ts';
import { enter, type Gate, leave } from './gate.ts';
import { openOnnx } from './onnx.ts';

export type Engine = 'onnxruntime' | 'wasm';

/** What the pool hands a worker when it starts. */
export interface WorkerSettings {
  derived: string;
  vendored: string;
  engine: Engine;
  /** Closed: leave what is still waiting. */
  gate: Gate;
}

/** One for each message with token ids, in their order. */
export type Answer = { vector: Float32Array } | { error: string };

interface Model {
  runtime: string;
  embed(ids: Int32Array): Promise<Float32Array> | Float32Array;
}

async function openModel({ engine, derived, vendored }: WorkerSettings): Promise<Model> {
  if (engine === 'onnxruntime') return openOnnx(join(vendored, 'model.onnx'));
  const weights = join(derived, 'e5.bin');
  return { runtime: 'wasm', embed: openEncoder({ weights, kernels: join(derived, 'e5.wasm'), resident: true }).embed };
}

async function serve(settings: WorkerSettings, port: NonNullable<typeof parentPort>): Promise<void> {
  const model = await openModel(settings).finally(() => leave(settings.gate));
  let turn: Promise<void> = Promise.resolve();
  port.on('message', (message: Int32Array | 'close') => {
    if (message === 'close') return port.close();
    // In turn, so that each answer leaves before the next text is computed.
    turn = turn.then(async () => {
      if (!enter(settings.gate)) return;
      const answered = await answer(model, message);
      leave(settings.gate);
      port.postMessage(answered);
    });
  });
  port.postMessage({ runtime: model.runtime });
}

async function answer(model: Model, ids: Int32Array): Promise<Answer> {
  try {
    return { vector: await model.embed(ids) };
  } catch (error) {
    return { error: String(error) };
  }
}

if (parentPort !== null) {
  const port = parentPort;
  serve(workerData, port).catch((error: unknown) => port.postMessage({ error: String(error) }));
}
