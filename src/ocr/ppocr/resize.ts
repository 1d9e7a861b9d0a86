import type { Pixels } from '../ocr.ts';

/** Bilinear when enlarging; the mean of the covered area when shrinking, so that thin strokes do not vanish. */
export function resize(image: Pixels, width: number, height: number): Pixels {
  if (width === image.width && height === image.height) return image;
  const columns = weights(image.width, width);
  const rows = weights(image.height, height);
  const data = new Uint8Array(width * height * 3);
  const line = new Float32Array(image.width * 3);
  for (let y = 0; y < height; y++) {
    line.fill(0);
    for (let k = rows.starts[y]!, source = rows.first[y]!; k < rows.starts[y + 1]!; k++, source++) {
      const weight = rows.values[k]!;
      const offset = source * image.width * 3;
      for (let i = 0; i < line.length; i++) line[i] = line[i]! + weight * image.data[offset + i]!;
    }
    for (let x = 0; x < width; x++) {
      let [red, green, blue] = [0.5, 0.5, 0.5];
      for (let k = columns.starts[x]!, at = columns.first[x]! * 3; k < columns.starts[x + 1]!; k++, at += 3) {
        const weight = columns.values[k]!;
        red += weight * line[at]!;
        green += weight * line[at + 1]!;
        blue += weight * line[at + 2]!;
      }
      const to = (y * width + x) * 3;
      data[to] = red;
      data[to + 1] = green;
      data[to + 2] = blue;
    }
  }
  return { width, height, data };
}

/** Which source positions make up each target position, and how much of each: a triangle as wide as the step. */
interface Weights {
  first: Int32Array;
  /** Where the values of a target begin; one more at the end. */
  starts: Int32Array;
  values: number[];
}

function weights(from: number, to: number): Weights {
  const step = from / to;
  const radius = Math.max(1, step);
  const first = new Int32Array(to);
  const starts = new Int32Array(to + 1);
  const values: number[] = [];
  for (let target = 0; target < to; target++) {
    const centre = (target + 0.5) * step - 0.5;
    const low = Math.max(0, Math.ceil(centre - radius));
    const high = Math.min(from - 1, Math.floor(centre + radius));
    first[target] = low;
    const begin = values.length;
    let sum = 0;
    for (let source = low; source <= high; source++) {
      const weight = Math.max(1e-6, 1 - Math.abs(source - centre) / radius);
      values.push(weight);
      sum += weight;
    }
    for (let i = begin; i < values.length; i++) values[i] = values[i]! / sum;
    starts[target + 1] = values.length;
  }
  return { first, starts, values };
}
