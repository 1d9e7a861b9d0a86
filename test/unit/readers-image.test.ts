import { readFileSync } from 'node:fs';
import { deflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { Pixels } from '../../src/ocr/ocr.ts';
import { decodeBmp } from '../../src/readers/image-bmp.ts';
import { withoutAlpha } from '../../src/readers/image-fit.ts';
import { decodeGif } from '../../src/readers/image-gif.ts';
import { decodeJpeg } from '../../src/readers/image-jpeg.ts';
import { decodePng } from '../../src/readers/image-png.ts';
import { decodeTiff } from '../../src/readers/image-tiff.ts';
import { decodeWebp } from '../../src/readers/image-webp.ts';
import { exifOrientation } from '../../src/readers/jpeg-header.ts';

const png = readFileSync('test/fixtures/ocr/lighthouse.png');
const jpeg = readFileSync('test/fixtures/ocr/scan.jpg');

async function all(images: AsyncIterable<Pixels | undefined> | Iterable<Pixels | undefined>) {
  const found: (Pixels | undefined)[] = [];
  for await (const image of images) found.push(image);
  return found;
}

/** A little-endian TIFF: each page a list of [tag, type, value], its strip 2 × 2 bytes of grey. */
function tiff(pages: [number, number, number][][], { loop = false } = {}): Uint8Array {
  const size = 2 + 6 * 12 + 40;
  const file = Buffer.alloc(8 + pages.length * (size + 200));
  file.write('II*\0', 'latin1');
  file.writeUInt32LE(8, 4);
  let at = 8;
  for (const [i, entries] of pages.entries()) {
    file.writeUInt16LE(entries.length, at);
    entries.forEach(([tag, type, value], k) => {
      const entry = at + 2 + k * 12;
      file.writeUInt16LE(tag, entry);
      file.writeUInt16LE(type, entry + 2);
      file.writeUInt32LE(1, entry + 4);
      file.writeUInt32LE(value, entry + 8);
    });
    const next = at + size + 200;
    file.writeUInt32LE(loop ? 8 : i + 1 < pages.length ? next : 0, at + 2 + entries.length * 12);
    at = next;
  }
  return file;
}

const greyPage = (width: number, height: number): [number, number, number][] => [
  ...([
    [256, 3, width],
    [257, 3, height],
    [258, 3, 8],
    [259, 3, 1],
    [262, 3, 1],
    [273, 4, 0],
    [277, 3, 1],
  ] as [number, number, number][]),
];

describe('decoders', () => {
  it('read PNG and JPEG to rows of three bytes', async () => {
    const [image] = await all(decodePng(png));
    expect([image!.width, image!.height, image!.data.length]).toEqual([620, 196, 620 * 196 * 3]);
    const [photo] = await all(decodeJpeg(jpeg));
    expect([photo!.width, photo!.height]).toEqual([620, 196]);
    expect(photo!.data[0]).toBeGreaterThan(245);
    expect(photo!.data.reduce((a, b) => Math.min(a, b))).toBeLessThan(60);
  });

  it('turn a JPEG by its EXIF orientation', async () => {
    const tiffHead = Buffer.from('4d4d002a000000080001011200030000000100060000', 'hex');
    expect(exifOrientation(tiffHead)).toBe(6);
    const body = Buffer.concat([Buffer.from('Exif\0\0', 'latin1'), tiffHead]);
    const marker = Buffer.from([0xff, 0xe1, 0, body.length + 2]);
    const turned = Buffer.concat([jpeg.subarray(0, 2), marker, body, jpeg.subarray(2)]);
    const [image] = await all(decodeJpeg(turned));
    expect([image!.width, image!.height]).toEqual([196, 620]);
  });

  it('read the pages of a TIFF', async () => {
    const pages = await all(decodeTiff(tiff([greyPage(2, 2), greyPage(4, 2)])));
    expect(pages.map((page) => [page!.width, page!.height])).toEqual([
      [2, 2],
      [4, 2],
    ]);
  });

  it('put light drawings without a ground on black, others on white', () => {
    expect([...withoutAlpha(Uint8Array.from([255, 255, 255, 255, 0, 0, 0, 0]), 2, 1).data]).toEqual([
      255, 255, 255, 0, 0, 0,
    ]);
    expect([...withoutAlpha(Uint8Array.from([0, 0, 0, 255, 0, 0, 0, 0]), 2, 1).data]).toEqual([0, 0, 0, 255, 255, 255]);
  });
});

describe('hostile images', () => {
  const claims = (width: number, height: number) => {
    const file = Buffer.from(png);
    file.writeUInt32BE(width, 16);
    file.writeUInt32BE(height, 20);
    return file;
  };
  const code = (problem: string) => expect.objectContaining({ problem: expect.objectContaining({ code: problem }) });

  it('are refused by the size they claim, before anything is decoded', async () => {
    const gif = Buffer.from('GIF89a\xff\xff\xff\xff\0\0\0\0\0\0\0\0', 'latin1');
    const bmp = Buffer.alloc(60);
    bmp.write('BM');
    bmp.writeInt32LE(40, 14);
    bmp.writeInt32LE(60_000, 18);
    bmp.writeInt32LE(60_000, 22);
    const webp = Buffer.alloc(30);
    webp.write('RIFF    WEBPVP8X', 'latin1');
    webp.fill(0xff, 24);
    await expect(all(decodePng(claims(60_000, 60_000)))).rejects.toEqual(code('too_large'));
    await expect(all(decodeGif(gif))).rejects.toEqual(code('too_large'));
    await expect(all(decodeBmp(bmp))).rejects.toEqual(code('too_large'));
    await expect(all(decodeWebp(webp))).rejects.toEqual(code('too_large'));
    await expect(all(decodeTiff(tiff([greyPage(60_000, 60_000)])))).rejects.toEqual(code('too_large'));
  });

  it('do not unpack more than their size says', async () => {
    const idat = deflateSync(Buffer.alloc(50_000_000));
    const chunk = (type: string, data: Buffer) => {
      const head = Buffer.alloc(8);
      head.writeUInt32BE(data.length);
      head.write(type, 4, 'latin1');
      return Buffer.concat([head, data, Buffer.alloc(4)]);
    };
    for (const interlace of [0, 1]) {
      const header = Buffer.from([0, 0, 0, 4, 0, 0, 0, 4, 8, 2, 0, 0, interlace]);
      const bomb = Buffer.concat([
        png.subarray(0, 8),
        chunk('IHDR', header),
        chunk('IDAT', idat),
        chunk('IEND', Buffer.alloc(0)),
      ]);
      const before = process.memoryUsage().arrayBuffers;
      await all(decodePng(bomb)).catch(() => {});
      expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(20_000_000);
    }
  });

  it('do not loop, and fail when they are cut off', async () => {
    expect(await all(decodeTiff(tiff([greyPage(2, 2)], { loop: true })))).toHaveLength(1);
    await expect(all(decodePng(png.subarray(0, 2000)))).rejects.toThrow();
    await expect(all(decodeJpeg(jpeg.subarray(0, 20)))).rejects.toEqual(code('corrupt'));
    await expect(all(decodeGif(Buffer.from('GIF89a')))).rejects.toEqual(code('corrupt'));
    await expect(all(decodeWebp(Buffer.from('RIFF')))).rejects.toEqual(code('corrupt'));
    await expect(all(decodeTiff(Buffer.from('II*\0')))).rejects.toEqual(code('corrupt'));
  });
});
