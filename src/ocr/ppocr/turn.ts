import type { Box, Pixels } from '../ocr.ts';

export type Turns = 0 | 1 | 2 | 3;

/** The image after so many quarter turns clockwise. */
export function turnImage(image: Pixels, turns: Turns): Pixels {
  if (turns === 0) return image;
  const { width, height, data } = image;
  const [w, h] = turns === 2 ? [width, height] : [height, width];
  const turned = new Uint8Array(data.length);
  // Where the pixel right of another, and the one below it, come to lie.
  const right = [3, w * 3, -3, -w * 3][turns]!;
  const down = [w * 3, -3, -w * 3, 3][turns]!;
  const corner = [0, w - 1, w * h - 1, w * (h - 1)][turns]! * 3;
  for (let y = 0, from = 0; y < height; y++)
    for (let x = 0, to = corner + y * down; x < width; x++, from += 3, to += right) {
      turned[to] = data[from]!;
      turned[to + 1] = data[from + 1]!;
      turned[to + 2] = data[from + 2]!;
    }
  return { width: w, height: h, data: turned };
}

/** The box in the turned image; `width` and `height` are those of the image before. */
export function turnBox(box: Box, turns: Turns, { width, height }: { width: number; height: number }): Box {
  const { x, y } = box;
  switch (turns) {
    case 0:
      return box;
    case 1:
      return { ...box, x: height - y, y: x, width: box.height, height: box.width };
    case 2:
      return { ...box, x: width - x, y: height - y };
    case 3:
      return { ...box, x: y, y: width - x, width: box.height, height: box.width };
  }
}
