// A reader for the part of the ONNX format the weights need: initialisers by name, and float attributes of nodes.
// Field numbers are those of onnx.proto (ModelProto.graph = 7, GraphProto.node = 1, .initializer = 5, TensorProto …).

const VARINT = 0;
const FIXED64 = 1;
const BYTES = 2;

/** @returns {[value: number, next: number]} */
function readVarint(bytes, at) {
  let value = 0;
  for (let factor = 1; ; factor *= 128) {
    const byte = bytes[at++];
    value += (byte & 127) * factor;
    if (byte < 128) return [value, at];
  }
}

/** Yields every field of a message: its number and, by wire type, its value or its bytes. */
function* fields(bytes) {
  let at = 0;
  while (at < bytes.length) {
    let key;
    let length;
    [key, at] = readVarint(bytes, at);
    const number = Math.floor(key / 8);
    const wire = key & 7;
    if (wire === VARINT) {
      [length, at] = readVarint(bytes, at);
      yield { number, value: length };
      continue;
    }
    if (wire === BYTES) [length, at] = readVarint(bytes, at);
    else length = wire === FIXED64 ? 8 : 4;
    yield { number, bytes: bytes.subarray(at, at + length) };
    at += length;
  }
}

function readDimensions(field) {
  if (field.bytes === undefined) return [field.value];
  const dimensions = [];
  for (let at = 0; at < field.bytes.length; ) {
    const [value, next] = readVarint(field.bytes, at);
    dimensions.push(value);
    at = next;
  }
  return dimensions;
}

function readTensor(bytes) {
  const tensor = { name: '', dimensions: [], data: undefined };
  for (const field of fields(bytes)) {
    if (field.number === 1) tensor.dimensions.push(...readDimensions(field));
    if (field.number === 8) tensor.name = field.bytes.toString('utf8');
    if (field.number === 9) tensor.data = field.bytes;
  }
  return tensor;
}

/** Float attributes of a node, by name. */
function* readFloatAttributes(node) {
  for (const field of fields(node)) {
    if (field.number !== 5) continue;
    let name = '';
    let value;
    for (const part of fields(field.bytes)) {
      if (part.number === 1) name = part.bytes.toString('utf8');
      if (part.number === 2 && part.bytes?.length === 4) value = part.bytes.readFloatLE();
    }
    if (value !== undefined) yield [name, value];
  }
}

/**
 * @param {Buffer} model bytes of an .onnx file
 * @returns tensors by name (`dimensions`, raw little-endian `data`) and the last value of each float attribute
 */
export function readOnnx(model) {
  const tensors = new Map();
  const attributes = new Map();
  const graph = [...fields(model)].find((field) => field.number === 7);
  if (graph === undefined) throw new Error('no graph in this model');
  for (const field of fields(graph.bytes)) {
    if (field.number === 1) for (const [name, value] of readFloatAttributes(field.bytes)) attributes.set(name, value);
    if (field.number === 5) {
      const tensor = readTensor(field.bytes);
      tensors.set(tensor.name, tensor);
    }
  }
  return { tensors, attributes };
}
