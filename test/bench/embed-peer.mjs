// onnxruntime-node alone, as its documentation uses it: the peer of embed.mjs.
import { InferenceSession, Tensor } from 'onnxruntime-node';

const session = await InferenceSession.create(process.argv[2], {
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
  graphOptimizationLevel: 'basic',
});

process.on('message', async (share) => {
  const vectors = [];
  for (const ids of share) {
    const shape = [1, ids.length];
    const { embedding } = await session.run({
      input_ids: new Tensor('int64', BigInt64Array.from(ids, BigInt), shape),
      attention_mask: new Tensor('int64', new BigInt64Array(ids.length).fill(1n), shape),
    });
    vectors.push(Float32Array.from(embedding.data));
  }
  process.send(vectors);
});
process.send('ready');
