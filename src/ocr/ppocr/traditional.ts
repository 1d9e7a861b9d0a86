import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { gunzipSync } from 'node:zlib';
import { TRADITIONAL } from '../../text/simplified.ts';
import type { Pixels } from '../ocr.ts';
import { supply } from './align.ts';
import type { Decoded } from './decode.ts';

/** The part of tesseract.js-core (Tesseract 5 in WebAssembly) that we call. */
interface Tesseract {
  FS: { writeFile(path: string, bytes: Uint8Array): void };
  TessBaseAPI: new () => {
    Init(folder: null, language: string, engine: number): number;
    SetVariable(name: string, value: string): void;
    SetImageFile(orientation: number, angle: number): number;
    Recognize(monitor: null): number;
    GetUTF8Text(): string;
    MeanTextConf(): number;
  };
}

const LSTM_ONLY = 1;
/** White around the line, without which Tesseract loses strokes at its edge. */
const MARGIN = 10;
/** Of the Han characters of a page: from this share on that only traditional writing has, the page is written so. */
const SHARE = 0.1;
/** Per cent; below it Tesseract is not asked. */
const SURE = 50;

const ONLY_TRADITIONAL = new Set(TRADITIONAL);
const HAN = /\p{Script=Han}/gu;

/**
 * Completes lines of traditional Chinese. PP-OCRv4's alphabet lacks some 5 % of what is written so (說, 責, 擔 …); Tesseract knows those
 * characters, but makes more mistakes in the others, so that only what the alphabet lacks is taken from it.
 */
export type ReadTraditional = (line: Pixels, first: Decoded) => Decoded;

/** Whether the page is in traditional characters, by what the first reading found of them. */
export function isTraditional(lines: Decoded[]): boolean {
  const han = lines.flatMap(({ text }) => text.match(HAN) ?? []);
  return han.length > 0 && han.filter((character) => ONLY_TRADITIONAL.has(character)).length >= SHARE * han.length;
}

/** Undefined where the packages tesseract.js-core and @tesseract.js-data/chi_tra are not installed. */
export async function openTraditional(alphabet: string[]): Promise<ReadTraditional | undefined> {
  const installed = createRequire(import.meta.url);
  let core: (options: object) => Promise<Tesseract>;
  let data: Buffer;
  try {
    core = installed('tesseract.js-core/tesseract-core-simd-lstm');
    data = readFileSync(installed.resolve('@tesseract.js-data/chi_tra/4.0.0_best_int/chi_tra.traineddata.gz'));
  } catch {
    return undefined;
  }
  const known = new Set(alphabet);
  /** What the alphabet lacks, what was left out, traditional for simplified, and marks, which stand in the middle of their square here. */
  const better = (mine: string | undefined, theirs: string): boolean => {
    if (mine === undefined) return /[\p{Script=Han}。，、]/u.test(theirs);
    if (isMark(mine) && isMark(theirs)) return true;
    if (!/\p{Script=Han}/u.test(theirs)) return false;
    return !known.has(theirs) || (ONLY_TRADITIONAL.has(theirs) && !ONLY_TRADITIONAL.has(mine));
  };
  const quiet = () => {};
  const tesseract = await core({ print: quiet, printErr: quiet });
  tesseract.FS.writeFile('./chi_tra.traineddata', gunzipSync(data));
  const api = new tesseract.TessBaseAPI();
  if (api.Init(null, 'chi_tra', LSTM_ONLY) !== 0) return undefined;
  // One line without looking for others.
  api.SetVariable('tessedit_pageseg_mode', '7');
  return (line, first) => {
    if ((first.text.match(HAN)?.length ?? 0) * 2 < first.text.length) return first;
    tesseract.FS.writeFile('/input', framed(line));
    if (api.SetImageFile(1, 0) !== 0 || api.Recognize(null) !== 0) return first;
    if (api.MeanTextConf() < SURE) return first;
    const text = supply(first.text, chineseMarks(api.GetUTF8Text().replace(/\s+/g, '')), better);
    return { ...first, text };
  };
}

/** A portable greymap: the line on a white margin, black on white and with full contrast, whatever it was. */
function framed({ width, height, data }: Pixels): Uint8Array {
  const [w, h] = [width + 2 * MARGIN, height + 2 * MARGIN];
  const head = Buffer.from(`P5\n${w} ${h}\n255\n`, 'latin1');
  const file = Buffer.alloc(head.length + w * h, 255);
  head.copy(file);
  const grey = new Uint8Array(width * height);
  for (let i = 0, at = 0; i < grey.length; i++, at += 3)
    grey[i] = data[at]! * 0.3 + data[at + 1]! * 0.59 + data[at + 2]! * 0.11;
  const sorted = grey.toSorted();
  const [dark, middle, light] = [0.01, 0.5, 0.99].map((part) => sorted[Math.floor(part * (sorted.length - 1))]!) as [
    number,
    number,
    number,
  ];
  // Paper is what there is most of.
  const [black, white] = middle - dark >= light - middle ? [dark, middle] : [light, middle];
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const value = ((grey[y * width + x]! - black) / (white - black || 1)) * 255;
      file[head.length + (y + MARGIN) * w + x + MARGIN] = Math.min(255, Math.max(0, value));
    }
  return file;
}

const isMark = (character: string): boolean => /[\p{P}°丶]/u.test(character);
const MARKS: Record<string, string> = { ',': '，', ':': '：', ';': '；', '?': '？', '!': '！' };

/** Tesseract takes Latin marks for Chinese ones. */
function chineseMarks(text: string): string {
  return text.replace(/(?<=\p{Script=Han})[,:;?!]/gu, (mark) => MARKS[mark]!);
}
