const FROM = Buffer.from('\nFrom ');
/** An mbox "From " line ends in a date with a time and a year (RFC 4155); words in a text do not. */
const SEPARATOR = /^From \S+.*\d{1,2}:\d{2}.*\d{4}/;

/** The messages of a mailbox, separator lines left out, from its bytes piece by piece: one piece and one message are held at a time. */
export function* messages(pieces: Iterable<Uint8Array>): Generator<Uint8Array> {
  let rest: Buffer = Buffer.alloc(0);
  for (const piece of pieces) {
    const next = Buffer.from(piece.buffer, piece.byteOffset, piece.length);
    const window = rest.length === 0 ? next : Buffer.concat([rest, next]);
    let last = 0;
    for (let at = window.indexOf(FROM); at >= 0; at = window.indexOf(FROM, at + 1)) {
      if (separatorEnd(window, at + 1) === undefined) continue;
      yield* message(window.subarray(last, at));
      last = at + 1;
    }
    rest = window.subarray(last);
  }
  yield* message(rest);
}

function* message(source: Buffer): Generator<Uint8Array> {
  const start = separatorEnd(source, 0) ?? 0;
  if (start < source.length) yield source.subarray(start);
}

/** The position behind the separator line at `at`, if there is one. */
function separatorEnd(source: Buffer, at: number): number | undefined {
  const end = source.indexOf(10, at);
  const line = source.toString('latin1', at, Math.min(end < 0 ? source.length : end, at + 300));
  return SEPARATOR.test(line) ? (end < 0 ? source.length : end + 1) : undefined;
}
