// Lays the weights of model.onnx out the way src/models/builtin/kernels.ts reads them. The file, little-endian, every
// section on a multiple of 64 bytes:
//   header     16 x u32: see `header` below; the LayerNorm epsilon is a f32
//   positions  512 rows of 384 f32
//   norm       gain and bias of the embedding LayerNorm, f32
//   layers     12 of them: int8 weights in column blocks, then f32 scales, biases and LayerNorms
//   rows       one of 216 bytes a piece of the vocabulary: 384 four-bit values, 12 fp16 scales
// A question reads its own rows and streams the layers; nothing of the file needs parsing.
import { readOnnx } from './onnx.mjs';

const MAGIC = 0x31574535; // "5EW1"
const HIDDEN = 384;
const HEAD = 32;
const LAYERS = 12;
const POSITIONS = 512;
const ALIGN = 64;
/** Largest weight: with activations up to 22,000 and 1,536 inputs a sum stays below 2^31. */
const LARGEST_WEIGHT = 63;

function tensorOf(tensors, name) {
  const tensor = tensors.get(name);
  if (tensor?.data === undefined) throw new Error(`tensor ${name} is missing from the model`);
  return tensor;
}

function floatsOf(tensors, name) {
  const { data } = tensorOf(tensors, name);
  return Float32Array.from({ length: data.length / 4 }, (_, i) => data.readFloatLE(i * 4));
}

function bytesOf(floats) {
  return Buffer.from(floats.buffer, floats.byteOffset, floats.byteLength);
}

/** [inputs][columns] int8 to blocks of 8 columns; per pair of inputs 16 bytes: 4 columns x 2, 4 columns x 2. */
function packColumns(weights, inputs, columns) {
  const packed = new Int8Array(inputs * columns);
  let at = 0;
  for (let block = 0; block < columns; block += 8) {
    for (let k = 0; k < inputs; k += 2) {
      for (let column = block; column < block + 8; column++) {
        packed[at++] = weights[k * columns + column];
        packed[at++] = weights[(k + 1) * columns + column];
      }
    }
  }
  return packed;
}

function packMatrix(tensors, name) {
  const { data, dimensions } = tensorOf(tensors, name);
  const weights = new Int8Array(data.buffer, data.byteOffset, data.length);
  for (const weight of weights) {
    if (Math.abs(weight) > LARGEST_WEIGHT) throw new Error(`${name}: a weight above ${LARGEST_WEIGHT} could overflow`);
  }
  const packed = packColumns(weights, dimensions[0], dimensions[1]);
  return Buffer.from(packed.buffer);
}

/** Softmax(q k / sqrt(32)): the factor goes into the query's scales and biases, so the kernel has none. */
function scaleQuery(floats) {
  for (let i = 0; i < HIDDEN; i++) floats[i] /= Math.sqrt(HEAD);
  return floats;
}

function packLayer(tensors, layer) {
  const name = (part) => `l${layer}.${part}`;
  const rest = ['ao_s', 'ao_b', 'aln_w', 'aln_b', 'fi_s', 'fi_b', 'fo_s', 'fo_b', 'oln_w', 'oln_b'];
  return Buffer.concat([
    ...['qkv_w', 'ao_w', 'fi_w', 'fo_w'].map((part) => packMatrix(tensors, name(part))),
    bytesOf(scaleQuery(floatsOf(tensors, name('qkv_s')))),
    bytesOf(scaleQuery(floatsOf(tensors, name('qkv_b')))),
    ...rest.map((part) => bytesOf(floatsOf(tensors, name(part)))),
  ]);
}

/** Values and scales of a piece side by side, so that one read brings a row. */
function packRows(tensors) {
  const { data: values, dimensions } = tensorOf(tensors, 'emb_q4');
  const { data: scales } = tensorOf(tensors, 'emb_scale');
  const pieces = dimensions[0];
  const valueBytes = values.length / pieces;
  const scaleBytes = scales.length / pieces;
  const rowBytes = valueBytes + scaleBytes;
  const rows = Buffer.alloc(pieces * rowBytes);
  for (let piece = 0; piece < pieces; piece++) {
    values.copy(rows, piece * rowBytes, piece * valueBytes, (piece + 1) * valueBytes);
    scales.copy(rows, piece * rowBytes + valueBytes, piece * scaleBytes, (piece + 1) * scaleBytes);
  }
  return { rows, pieces, rowBytes };
}

/** @param {Buffer} model bytes of model.onnx @returns {Buffer} e5.bin */
export function packWeights(model) {
  const { tensors, attributes } = readOnnx(model);
  const parts = [];
  let size = 0;
  const add = (bytes) => {
    const at = size;
    const padding = -bytes.length & (ALIGN - 1);
    parts.push(bytes, Buffer.alloc(padding));
    size += bytes.length + padding;
    return at;
  };
  const head = Buffer.alloc(ALIGN);
  add(head);
  const positionsAt = add(bytesOf(floatsOf(tensors, 'pos').subarray(0, POSITIONS * HIDDEN)));
  const normAt = add(Buffer.concat([bytesOf(floatsOf(tensors, 'eln_w')), bytesOf(floatsOf(tensors, 'eln_b'))]));
  const layers = Array.from({ length: LAYERS }, (_, layer) => packLayer(tensors, layer));
  const layerBytes = layers[0].length;
  const [layersAt] = layers.map(add);
  const { rows, pieces, rowBytes } = packRows(tensors);
  const rowsAt = add(rows);
  const header = [MAGIC, size, pieces, LAYERS, layerBytes, layerBytes + (-layerBytes & (ALIGN - 1)), POSITIONS, HIDDEN];
  [...header, positionsAt, normAt, layersAt, rowsAt, rowBytes].forEach((value, i) => {
    head.writeUInt32LE(value, i * 4);
  });
  head.writeFloatLE(attributes.get('epsilon'), 13 * 4);
  return Buffer.concat(parts);
}
