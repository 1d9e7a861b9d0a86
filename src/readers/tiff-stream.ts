import type { Directory } from './tiff-directory.ts';

const BITS = 258;
const COMPRESSION = 259;
const PHOTOMETRIC = 262;
const FILL_ORDER = 266;
const SAMPLES = 277;
const FAX3_OPTIONS = 292;
const PREDICTOR = 317;
const JPEG_TABLES = 347;

/** A strip or tile as the stream of a PDF image. Undefined for a compression that PDF has not. */
export function streamOf(
  file: Buffer,
  directory: Directory,
  strip: Buffer,
  columns: number,
  rows: number,
): { filter: string; data: Buffer } | undefined {
  const one = (tag: number, fallback: number) => directory.get(tag)?.[0] ?? fallback;
  const data = one(FILL_ORDER, 1) === 2 ? reversed(strip) : strip;
  const fax = (k: number, more: string) => ({
    filter: `/Filter /CCITTFaxDecode /DecodeParms << /K ${k} /Columns ${columns} /Rows ${rows} /BlackIs1 true ${more} >>`,
    data,
  });
  const predictor =
    one(PREDICTOR, 1) === 2
      ? `/DecodeParms << /Predictor 2 /Colors ${one(SAMPLES, 1)} /BitsPerComponent ${one(BITS, 1)} /Columns ${columns} >>`
      : '';
  switch (one(COMPRESSION, 1)) {
    case 1:
      return { filter: '', data };
    case 2:
      return fax(0, '/EncodedByteAlign true');
    case 3:
      return fax(one(FAX3_OPTIONS, 0) & 1 ? 1 : 0, '/EndOfLine true');
    case 4:
      return fax(-1, '');
    case 5:
      return { filter: `/Filter /LZWDecode ${predictor}`, data };
    case 8:
    case 32946:
      return { filter: `/Filter /FlateDecode ${predictor}`, data };
    case 32773:
      return { filter: '/Filter /RunLengthDecode', data };
    case 7: {
      const transform = one(PHOTOMETRIC, 6) === 2 ? '/DecodeParms << /ColorTransform 0 >>' : '';
      return { filter: `/Filter /DCTDecode ${transform}`, data: withTables(file, directory.get(JPEG_TABLES), strip) };
    }
    default:
      return undefined;
  }
}

/** The tables that all strips share, between the start of the image and the rest of it. */
function withTables(file: Buffer, place: number[] | undefined, strip: Buffer): Buffer {
  if (place === undefined) return strip;
  const [at, length] = place as [number, number];
  return Buffer.concat([file.subarray(at, at + length - 2), strip.subarray(2)]);
}

/** Each byte with its lowest bit first. */
function reversed(bytes: Buffer): Buffer {
  return Buffer.from(bytes).map((byte) => {
    let out = 0;
    for (let bit = 0; bit < 8; bit++) out |= ((byte >> bit) & 1) << (7 - bit);
    return out;
  }) as Buffer;
}
