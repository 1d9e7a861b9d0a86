import { DROPPED } from './image-pdf.ts';
import type { Directory } from './tiff-directory.ts';

const BITS = 258;
const PHOTOMETRIC = 262;
const SAMPLES = 277;
const PLANAR = 284;
const COLOURS = 320;

/** What a sample of 0 means: white, black, red green blue, a palette, cyan magenta yellow black, JPEG's own. */
const BASES: Record<number, readonly ['Gray' | 'RGB' | 'CMYK', number]> = {
  0: ['Gray', 1],
  1: ['Gray', 1],
  2: ['RGB', 3],
  5: ['CMYK', 4],
  6: ['RGB', 3],
};

/**
 * The entries of a PDF image that say what its samples mean, and how many samples a pixel has in all and beyond the colour (alpha):
 * those are dropped. Undefined for what PDF has not: planes apart, floating point, two bytes with the lower one first.
 */
export function colourSpace(
  directory: Directory,
  little: boolean,
): { space: string; drop?: { samples: number; kept: number } } | undefined {
  const one = (tag: number, fallback: number) => directory.get(tag)?.[0] ?? fallback;
  const bits = one(BITS, 1);
  const samples = one(SAMPLES, 1);
  const photometric = one(PHOTOMETRIC, 0);
  if ((one(PLANAR, 1) !== 1 && samples > 1) || bits > 16 || (bits === 16 && little) || samples > 8) return undefined;
  const depth = `/BitsPerComponent ${bits}`;
  if (photometric === 3) {
    const table = samples === 1 && bits <= 8 ? palette(directory.get(COLOURS) ?? [], bits) : undefined;
    return table === undefined ? undefined : { space: `/ColorSpace ${table} ${depth}` };
  }
  const base = BASES[photometric];
  if (base === undefined || samples < base[1]) return undefined;
  const [name, kept] = base;
  const invert = photometric === 0 ? `/Decode [${'1 0 '.repeat(samples)}]` : '';
  if (samples === kept) return { space: `/ColorSpace /Device${name} ${invert} ${depth}` };
  const names = Array.from({ length: samples }, (_, i) => `/S${i}`).join(' ');
  const space = `/ColorSpace [/DeviceN [${names}] /Device${name} ${DROPPED}] ${invert} ${depth}`;
  return { space, drop: { samples, kept } };
}

function palette(colours: number[], bits: number): string {
  const size = 1 << bits;
  const third = colours.length / 3;
  let table = '';
  for (let i = 0; i < size; i++)
    for (let channel = 0; channel < 3; channel++)
      table += ((colours[channel * third + i] ?? 0) >> 8).toString(16).padStart(2, '0');
  return `[/Indexed /DeviceRGB ${size - 1} <${table}>]`;
}
