import type { Box, Pixels } from '../ocr.ts';

/** Height in pixels of the lines that the recogniser reads. */
export const LINE_HEIGHT = 48;
/** Longer lines are squeezed: 60 times as long as high holds more than 150 Latin letters. */
const MAX_RATIO = 60;
/** Higher than this × wide: text that runs from bottom to top or top to bottom. */
const UPRIGHT = 1.5;

/** A line cut out of the image, levelled, `LINE_HEIGHT` high. Text in an upright box is turned a quarter to the left. */
export function cropLine(image: Pixels, box: Box): Pixels {
  const lying = box.height < box.width * UPRIGHT;
  const angle = lying ? box.angle : box.angle + Math.PI / 2;
  const [long, short] = lying ? [box.width, box.height] : [box.height, box.width];
  const width = Math.max(16, Math.round(LINE_HEIGHT * Math.min(MAX_RATIO, long / Math.max(1, short))));
  const step = { x: long / width, y: short / LINE_HEIGHT };
  // Several samples a pixel where the image is finer than the line.
  const samples = Math.min(4, Math.max(1, Math.round(Math.max(step.x, step.y))));
  const data = new Uint8Array(width * LINE_HEIGHT * 3);
  const cos = Math.cos(angle);
  const sin = Math.sin(angle);
  const sum = new Float64Array(3);
  for (let row = 0; row < LINE_HEIGHT; row++)
    for (let column = 0; column < width; column++) {
      sum.fill(0);
      for (let i = 0; i < samples * samples; i++) {
        const along = (column + ((i % samples) + 0.5) / samples) * step.x - long / 2;
        const across = (row + (Math.floor(i / samples) + 0.5) / samples) * step.y - short / 2;
        sample(image, box.x + along * cos - across * sin - 0.5, box.y + along * sin + across * cos - 0.5, sum);
      }
      const to = (row * width + column) * 3;
      for (let channel = 0; channel < 3; channel++) data[to + channel] = sum[channel]! / (samples * samples) + 0.5;
    }
  return { width, height: LINE_HEIGHT, data };
}

/** Adds the bilinear sample at `x`, `y`; outside, the edge goes on. */
function sample({ width, height, data }: Pixels, x: number, y: number, sum: Float64Array): void {
  const cx = Math.min(width - 1, Math.max(0, x));
  const cy = Math.min(height - 1, Math.max(0, y));
  const x0 = Math.floor(cx);
  const y0 = Math.floor(cy);
  const fx = cx - x0;
  const fy = cy - y0;
  const right = x0 + 1 < width ? 3 : 0;
  const below = y0 + 1 < height ? width * 3 : 0;
  const at = (y0 * width + x0) * 3;
  for (let channel = 0; channel < 3; channel++) {
    const i = at + channel;
    const top = data[i]! * (1 - fx) + data[i + right]! * fx;
    const bottom = data[i + below]! * (1 - fx) + data[i + below + right]! * fx;
    sum[channel] = sum[channel]! + top * (1 - fy) + bottom * fy;
  }
}
