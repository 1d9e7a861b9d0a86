import type { InferenceSession } from 'onnxruntime-common';
import type { Pixels } from '../ocr.ts';
import { LINE_HEIGHT } from './crop.ts';
import { type Decoded, decodeCtc } from './decode.ts';
import type { MakeTensor } from './detect.ts';
import { spaceWords } from './spaces.ts';

/** Lines of similar length go through the network together, as long as they stay within this many columns in all. */
const BATCH_COLUMNS = 1200;
const BATCH_LINES = 8;
/** The width of the training images: on narrower ones words of two characters come out empty. */
const LEAST_WIDTH = 320;

/** Text of each line image, in their order. */
export async function recogniseLines(
  session: InferenceSession,
  tensor: MakeTensor,
  alphabet: string[],
  lines: Pixels[],
): Promise<Decoded[]> {
  const results = new Array<Decoded>(lines.length);
  const byWidth = lines.map((_, i) => i).sort((a, b) => lines[a]!.width - lines[b]!.width);
  for (let from = 0; from < byWidth.length; ) {
    let to = from + 1;
    while (
      to < byWidth.length &&
      to - from < BATCH_LINES &&
      lines[byWidth[to]!]!.width * (to - from + 1) <= BATCH_COLUMNS
    )
      to++;
    const batch = byWidth.slice(from, to);
    const width = Math.max(LEAST_WIDTH, lines[batch.at(-1)!]!.width);
    const input = tensor(
      normalised(
        batch.map((i) => lines[i]!),
        width,
      ),
      [batch.length, 3, LINE_HEIGHT, width],
    );
    const output = (await session.run({ [session.inputNames[0]!]: input }))[session.outputNames[0]!]!;
    const probabilities = output.data as Float32Array;
    const [, steps, classes] = output.dims as [number, number, number];
    const scale = width / steps;
    for (const [k, i] of batch.entries()) {
      const line = lines[i]!;
      const own = probabilities.subarray(k * steps * classes, (k + 1) * steps * classes);
      results[i] = spaceWords(line, decodeCtc(own, Math.min(steps, Math.ceil(line.width / scale)), alphabet), scale);
    }
    from = to;
  }
  return results;
}

/** Planes of blue, green and red from -1 to 1; shorter lines end in grey, as in training. */
function normalised(lines: Pixels[], width: number): Float32Array {
  const plane = LINE_HEIGHT * width;
  const planes = new Float32Array(lines.length * 3 * plane);
  for (const [k, line] of lines.entries())
    for (let channel = 0; channel < 3; channel++)
      for (let row = 0; row < LINE_HEIGHT; row++) {
        const to = (k * 3 + channel) * plane + row * width;
        const from = row * line.width * 3 + 2 - channel;
        for (let column = 0; column < line.width; column++)
          planes[to + column] = line.data[from + column * 3]! / 127.5 - 1;
      }
  return planes;
}
