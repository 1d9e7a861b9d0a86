// onnxruntime-node alone, as its documentation uses it: the peer of embed.mjs.
import { parentPort, workerData } from 'node:worker_threads';
import { InferenceSession, Tensor } from 'onnxruntime-node';

const session = await InferenceSession.create(workerData.model, {
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
  graphOptimizationLevel: 'basic',
});

parentPort.on('message', async (share) => {
  if (share === 'close') return parentPort.close();
  const vectors = [];
  for (const ids of share) {
    const shape = [1, ids.length];
    const { embedding } = await session.run({
      input_ids: new Tensor('int64', BigInt64Array.from(ids, BigInt), shape),
      attention_mask: new Tensor('int64', new BigInt64Array(ids.length).fill(1n), shape),
    });
    vectors.push(Float32Array.from(embedding.data));
  }
  parentPort.postMessage(vectors);
});
parentPort.postMessage('ready');
