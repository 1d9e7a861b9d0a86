import type { InferenceSession, Tensor } from 'onnxruntime-common';
import type { Box, Pixels } from '../ocr.ts';
import { components } from './components.ts';
import { smallestRectangle } from './rectangle.ts';
import { resize } from './resize.ts';

/** The network works on this many pixels along the longer side at most: text of 8 points on an A4 page is 12 px high. */
const LONG_SIDE = 1280;
/** Smaller images are enlarged up to this, PaddleOCR's own default: small letters are not found otherwise. */
const SHORT_SIDE = 736;
/** Sides must be multiples of this. */
const STEP = 32;
/** Of the training images, in the order blue, green, red in which the network was trained (PaddleOCR's configuration). */
const MEAN = [0.485, 0.456, 0.406] as const;
const DEVIATION = [0.229, 0.224, 0.225] as const;
/** A pixel belongs to text from here on, a region is text from there on (PaddleOCR's values for PP-OCRv4). */
const PIXEL_THRESHOLD = 0.3;
const BOX_THRESHOLD = 0.55;
/** The network marks the inner part of a line; a rectangle grows by area × ratio ÷ perimeter to cover its letters (DB, §3.4). */
const UNCLIP = 1.5;
const MIN_SIDE = 3;
/** No page has more lines; noise may. */
const MAX_BOXES = 2000;

export type MakeTensor = (data: Float32Array, shape: number[]) => Tensor;

/** Where the lines of text are, in pixels of `image`: the detector of PP-OCRv4 (differentiable binarisation). */
export async function detect(session: InferenceSession, tensor: MakeTensor, image: Pixels): Promise<Box[]> {
  const { width, height } = networkSize(image);
  const input = tensor(normalised(resize(image, width, height)), [1, 3, height, width]);
  const output = await session.run({ [session.inputNames[0]!]: input });
  const map = output[session.outputNames[0]!]!.data as Float32Array;
  return boxesOf(map, width, height).map((box) => ({
    ...box,
    x: (box.x * image.width) / width,
    y: (box.y * image.height) / height,
    width: (box.width * image.width) / width,
    height: (box.height * image.height) / height,
  }));
}

function networkSize({ width, height }: Pixels): { width: number; height: number } {
  const long = Math.max(width, height);
  const short = Math.min(width, height);
  const scale = Math.min(LONG_SIDE / long, Math.max(1, SHORT_SIDE / short));
  const stepped = (side: number) => Math.max(STEP, Math.round((side * scale) / STEP) * STEP);
  return { width: stepped(width), height: stepped(height) };
}

/** Planes of blue, green and red. */
function normalised({ width, height, data }: Pixels): Float32Array {
  const plane = width * height;
  const planes = new Float32Array(3 * plane);
  for (let channel = 0; channel < 3; channel++) {
    const factor = 1 / (255 * DEVIATION[channel]!);
    const shift = MEAN[channel]! / DEVIATION[channel]!;
    for (let i = 0, at = 2 - channel; i < plane; i++, at += 3) planes[channel * plane + i] = data[at]! * factor - shift;
  }
  return planes;
}

/** The probability map of the network → rectangles around lines. */
export function boxesOf(map: Float32Array, width: number, height: number): Box[] {
  const boxes: Box[] = [];
  for (const component of components(map, width, height, PIXEL_THRESHOLD)) {
    const box = smallestRectangle(component.ends);
    if (Math.min(box.width, box.height) < MIN_SIDE) continue;
    if (meanInside(map, width, height, box) < BOX_THRESHOLD) continue;
    const grow = (box.width * box.height * UNCLIP) / (2 * (box.width + box.height));
    boxes.push({ ...box, width: box.width + 2 * grow, height: box.height + 2 * grow });
    if (boxes.length === MAX_BOXES) break;
  }
  return boxes;
}

function meanInside(map: Float32Array, width: number, height: number, box: Box): number {
  const cos = Math.cos(box.angle);
  const sin = Math.sin(box.angle);
  const reachX = (Math.abs(box.width * cos) + Math.abs(box.height * sin)) / 2;
  const reachY = (Math.abs(box.width * sin) + Math.abs(box.height * cos)) / 2;
  let sum = 0;
  let count = 0;
  for (let y = Math.max(0, Math.floor(box.y - reachY)); y < Math.min(height, box.y + reachY); y++)
    for (let x = Math.max(0, Math.floor(box.x - reachX)); x < Math.min(width, box.x + reachX); x++) {
      const dx = x + 0.5 - box.x;
      const dy = y + 0.5 - box.y;
      if (Math.abs(dx * cos + dy * sin) > box.width / 2 || Math.abs(dy * cos - dx * sin) > box.height / 2) continue;
      sum += map[y * width + x]!;
      count++;
    }
  return count === 0 ? 0 : sum / count;
}
