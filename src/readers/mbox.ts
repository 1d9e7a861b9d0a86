const FROM = Buffer.from('\nFrom ');
/** An mbox "From " line ends in a date with a time and a year (RFC 4155); words in a text do not. */
const SEPARATOR = /^From \S+.*\d{1,2}:\d{2}.*\d{4}/;

/** The messages of a mailbox, as views of its bytes, separator lines left out. */
export function* messages(bytes: Uint8Array): Generator<Uint8Array> {
  const source = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  let start = separatorEnd(source, 0) ?? 0;
  for (let at = source.indexOf(FROM, start - 1); at >= 0; at = source.indexOf(FROM, at + 1)) {
    const end = separatorEnd(source, at + 1);
    if (end === undefined) continue;
    if (at > start) yield bytes.subarray(start, at);
    start = end;
  }
  if (start < source.length) yield bytes.subarray(start);
}

/** The position behind the separator line at `at`, if there is one. */
function separatorEnd(source: Buffer, at: number): number | undefined {
  const end = source.indexOf(10, at);
  const line = source.toString('latin1', at, Math.min(end < 0 ? source.length : end, at + 300));
  return SEPARATOR.test(line) ? (end < 0 ? source.length : end + 1) : undefined;
}
