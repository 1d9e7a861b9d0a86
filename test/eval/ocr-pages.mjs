// Pages of text drawn and made worse, as a scanner or a phone would.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { createCanvas, loadImage } from '@napi-rs/canvas';
import * as OpenCC from 'opencc-js';
import { root } from './readers-support.mjs';

/** A4 at 150 dots an inch, text of 11 points. */
const WIDTH = 1240;
const HEIGHT = 1754;
const MARGIN = 130;
const SIZE = 23;

const example = (name) =>
  readFileSync(path.join(root, 'examples', name), 'utf8')
    .replace(/^#+ /gm, '')
    .replace(/[*`|]/g, '')
    .split(/\n+/)
    .map((line) => line.trim())
    .filter((line) => line.length > 12);

const simplified = [...example('差旅报销制度.md'), ...example('数据保留说明.txt')];
const toTraditional = OpenCC.Converter({ from: 'cn', to: 'tw' });

/** Language → its text and the fonts it is set in; each a font of the machine. */
export const LANGUAGES = {
  en: { paragraphs: example('operations-handbook.md'), fonts: ['Liberation Serif', 'DejaVu Sans'] },
  'zh-Hans': { paragraphs: simplified, fonts: ['Noto Sans CJK SC', 'Noto Serif CJK SC'] },
  'zh-Hant': { paragraphs: simplified.map(toTraditional), fonts: ['Noto Sans CJK TC', 'Noto Serif CJK TC'] },
};

/** Name → how a page is made worse. Radii and shifts in pixels, angles in degrees, quality as JPEG has it. */
export const CONDITIONS = {
  clean: {},
  '300 dpi': { scale: 2 },
  blur: { blur: 1.1 },
  noise: { noise: 45 },
  skew: { skew: 1.5 },
  jpeg: { jpeg: 25 },
  'low contrast': { ink: '#9a9a9a', paper: '#d8d8d8' },
  'small (8 pt)': { size: 17 },
  scan: { blur: 0.7, noise: 20, skew: 0.7, jpeg: 55, ink: '#333', paper: '#efece4' },
  photo: { blur: 0.9, noise: 15, skew: -2, jpeg: 60, ink: '#444', paper: '#dcd8cf', shade: 0.35 },
};

/** A page of `language` in `font`: `{ text, pixels }`. The same arguments give the same page. */
export async function drawPage(language, font, condition) {
  const { scale = 1, size = SIZE, ink = '#111', paper = '#fff' } = condition;
  const canvas = createCanvas(WIDTH * scale, HEIGHT * scale);
  const page = canvas.getContext('2d');
  page.fillStyle = paper;
  page.fillRect(0, 0, canvas.width, canvas.height);
  page.translate(canvas.width / 2, canvas.height / 2);
  page.rotate(((condition.skew ?? 0) * Math.PI) / 180);
  page.translate(-canvas.width / 2, -canvas.height / 2);
  page.scale(scale, scale);
  page.fillStyle = ink;
  page.font = `${size}px "${font}"`;
  const text = setText(page, LANGUAGES[language].paragraphs, size);
  const blurred = condition.blur ? filtered(canvas, `blur(${condition.blur}px)`) : canvas;
  roughen(blurred, condition);
  const compressed = condition.jpeg ? await recompressed(blurred, condition.jpeg) : blurred;
  return { text, pixels: pixelsOf(compressed) };
}

/** Fills the page; returns what stands there. */
function setText(page, paragraphs, size) {
  const written = [];
  let y = MARGIN;
  for (const paragraph of paragraphs) {
    for (const line of broken(page, paragraph)) {
      if (y > HEIGHT - MARGIN) return written.join('\n');
      page.fillText(line, MARGIN, y);
      written.push(line);
      y += size * 1.55;
    }
    y += size * 0.8;
  }
  return written.join('\n');
}

function broken(page, paragraph) {
  const lines = [];
  let line = '';
  for (const word of paragraph.match(/[\x21-\x7e\u00a0-\u2fff]+\s*|\s+|./gu)) {
    if (line !== '' && page.measureText((line + word).trimEnd()).width > WIDTH - 2 * MARGIN) {
      lines.push(line.trimEnd());
      line = '';
    }
    line += word;
  }
  return [...lines, line.trimEnd()];
}

function filtered(canvas, filter) {
  const copy = createCanvas(canvas.width, canvas.height);
  const context = copy.getContext('2d');
  context.filter = filter;
  context.drawImage(canvas, 0, 0);
  return copy;
}

/** Noise, and a shadow that deepens towards a corner. */
function roughen(canvas, { noise = 0, shade = 0 }) {
  if (noise === 0 && shade === 0) return;
  const context = canvas.getContext('2d');
  const image = context.getImageData(0, 0, canvas.width, canvas.height);
  const random = seeded(20_041);
  for (let i = 0; i < image.data.length; i += 4) {
    const x = ((i / 4) % canvas.width) / canvas.width;
    const y = Math.floor(i / 4 / canvas.width) / canvas.height;
    const light = 1 - shade * x * y;
    // Two uniform numbers make a triangle, near enough to a bell.
    const grain = (random() + random() - 1) * noise;
    for (let channel = 0; channel < 3; channel++) image.data[i + channel] = image.data[i + channel] * light + grain;
  }
  context.putImageData(image, 0, 0);
}

function seeded(seed) {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

async function recompressed(canvas, quality) {
  const image = await loadImage(canvas.toBuffer('image/jpeg', quality));
  const copy = createCanvas(canvas.width, canvas.height);
  copy.getContext('2d').drawImage(image, 0, 0);
  return copy;
}

function pixelsOf(canvas) {
  const { width, height } = canvas;
  const rgba = canvas.getContext('2d').getImageData(0, 0, width, height).data;
  const data = new Uint8Array(width * height * 3);
  for (let i = 0; i < width * height; i++) data.set(rgba.subarray(i * 4, i * 4 + 3), i * 3);
  return { width, height, data, png: () => canvas.toBuffer('image/png') };
}
