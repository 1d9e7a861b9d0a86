import { inflateSync } from 'node:zlib';
import { PNG } from 'pngjs';
import type { Pixels } from '../ocr/ocr.ts';
import { checkSize, withoutAlpha } from './image-fit.ts';
import { ReadError } from './reader.ts';

/** A row of the deepest kind: 4 channels of 2 bytes; interlaced images have some more rows. */
const BYTES_A_PIXEL = 8;

export function* decodePng(bytes: Uint8Array): Generator<Pixels> {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  if (file.length < 33) throw new ReadError('corrupt', 'the PNG is cut off');
  const width = file.readUInt32BE(16);
  const height = file.readUInt32BE(20);
  checkSize(width, height);
  // The decoder bounds what it inflates, but not for interlaced images.
  if (file[28] === 1) checkInflated(file, width * height * BYTES_A_PIXEL + (width + height) * 16 + 65536);
  const { data } = PNG.sync.read(file, { checkCRC: false });
  yield withoutAlpha(data, width, height);
}

function checkInflated(file: Buffer, limit: number): void {
  const parts: Buffer[] = [];
  for (let at = 8; at + 12 <= file.length; ) {
    const length = file.readUInt32BE(at);
    if (file.toString('latin1', at + 4, at + 8) === 'IDAT') parts.push(file.subarray(at + 8, at + 8 + length));
    at += 12 + length;
  }
  inflateSync(Buffer.concat(parts), { maxOutputLength: limit });
}
