/** The vendored model on onnxruntime-node, an optional dependency: native, two to four times as fast as our own encoder. */
export interface OnnxModel {
  /** With the version, e.g. `onnxruntime-node 1.16.3`. */
  runtime: string;
  embed(ids: Int32Array): Promise<Float32Array>;
}

/**
 * One thread, so one model a core uses the machine fully. One text at a time: activations are quantised per call, so a
 * vector would depend on its neighbours in a batch. Throws what the import throws if there is no binary.
 */
export async function openOnnx(file: string): Promise<OnnxModel> {
  const { InferenceSession, Tensor, env } = await importOnnxruntime();
  const session = await InferenceSession.create(file, {
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    // The graph is fused already; more only loads slower.
    graphOptimizationLevel: 'basic',
  });
  return {
    runtime: `onnxruntime-node ${env.versions.node}`,
    async embed(ids) {
      const shape = [1, ids.length];
      const feeds = {
        input_ids: new Tensor('int64', widen(ids), shape),
        attention_mask: new Tensor('int64', new BigInt64Array(ids.length).fill(1n), shape),
      };
      const { embedding } = await session.run(feeds);
      return Float32Array.from(embedding!.data as Float32Array);
    },
  };
}

/** The name in a variable keeps it out of the bundle. The package has no types of its own but those of its core. */
async function importOnnxruntime(): Promise<typeof import('onnxruntime-common')> {
  const name: string = 'onnxruntime-node';
  return import(name);
}

/** Ids are positive, so the upper half of each 64-bit integer stays 0; all our platforms are little-endian. */
function widen(ids: Int32Array): BigInt64Array {
  const halves = new Int32Array(ids.length * 2);
  for (let i = 0; i < ids.length; i++) halves[2 * i] = ids[i]!;
  return new BigInt64Array(halves.buffer);
}
