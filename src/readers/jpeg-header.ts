import { ReadError } from './reader.ts';

export interface JpegHeader {
  width: number;
  height: number;
  components: 1 | 3 | 4;
  /** Adobe's way of writing CMYK. */
  inverted: boolean;
  /** EXIF, 1 to 8. */
  orientation: number;
}

/** Segments up to the frame header. Throws ReadError without one. */
export function readJpegHeader(bytes: Uint8Array): JpegHeader {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  let orientation = 1;
  let adobe = false;
  for (let at = 2; at + 4 <= file.length; ) {
    if (file[at] !== 0xff) throw new ReadError('corrupt', 'damaged JPEG image');
    const marker = file[at + 1]!;
    // Fill bytes, and markers without a length.
    if (marker === 0xff || marker === 0x01 || (marker >= 0xd0 && marker <= 0xd8)) {
      at += marker === 0xff ? 1 : 2;
      continue;
    }
    const length = file.readUInt16BE(at + 2);
    const body = file.subarray(at + 4, at + 2 + Math.max(2, length));
    if (marker === 0xe1 && body.toString('latin1', 0, 6) === 'Exif\0\0')
      orientation = exifOrientation(body.subarray(6));
    if (marker === 0xee && body.toString('latin1', 0, 5) === 'Adobe') adobe = true;
    // Frame headers, without the tables that lie between their codes.
    if (marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc && body.length >= 6) {
      const components = body[5]!;
      if (components !== 1 && components !== 3 && components !== 4)
        throw new ReadError('corrupt', `a JPEG image of ${components} components`);
      const inverted = components === 4 && adobe;
      return { width: body.readUInt16BE(3), height: body.readUInt16BE(1), components, inverted, orientation };
    }
    at += 2 + Math.max(2, length);
  }
  throw new ReadError('corrupt', 'the JPEG image has no frame');
}

/** Tag 0x112 of the first directory; 1 if there is none. */
export function exifOrientation(tiff: Buffer): number {
  if (tiff.length < 14) return 1;
  const little = tiff[0] === 0x49;
  const u16 = (at: number) => (at + 2 > tiff.length ? 0 : little ? tiff.readUInt16LE(at) : tiff.readUInt16BE(at));
  const start = little ? tiff.readUInt32LE(4) : tiff.readUInt32BE(4);
  const entries = u16(start);
  for (let i = 0; i < entries && start + 14 + i * 12 <= tiff.length; i++) {
    const at = start + 2 + i * 12;
    if (u16(at) !== 0x112) continue;
    const value = u16(at + 8);
    return value >= 1 && value <= 8 ? value : 1;
  }
  return 1;
}
