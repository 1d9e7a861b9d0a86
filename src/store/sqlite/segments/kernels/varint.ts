/** Where the last varint ended. One global instead of a pair of results. */
export let next: usize = 0;

@inline
export function varint(p: usize): u32 {
  let byte: u32 = load<u8>(p++);
  let value = byte & 127;
  let shift: u32 = 7;
  while (byte & 128) {
    byte = load<u8>(p++);
    value |= (byte & 127) << shift;
    shift += 7;
  }
  next = p;
  return value;
}

@inline
export function putVarint(p: usize, value: u32): usize {
  while (value > 127) {
    store<u8>(p++, (value & 127) | 128);
    value >>>= 7;
  }
  store<u8>(p, value);
  return p + 1;
}
