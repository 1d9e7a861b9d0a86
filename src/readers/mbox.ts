const FROM = Buffer.from('\nFrom ');
/** An mbox "From " line ends in a date with a time and a year (RFC 4155); words in a text do not. */
const SEPARATOR = /^From \S+.*\d{1,2}:\d{2}.*\d{4}/;

/** Longest part of a separator line that is looked at. */
const LINE = 300;

/**
 * The messages of a mailbox, separator lines left out, from its bytes piece by piece: one piece and one message are held at a time. A
 * message is good until the next is asked for, a piece too: both may be memory that is used again.
 */
export function* messages(pieces: Iterable<Uint8Array>): Generator<Uint8Array> {
  let own: Buffer = Buffer.alloc(0);
  let held = 0;
  for (const piece of pieces) {
    let window: Buffer = Buffer.from(piece.buffer, piece.byteOffset, piece.length);
    if (held > 0) {
      own = withRoom(own, held, piece.length);
      own.set(piece, held);
      window = own.subarray(0, held + piece.length);
    }
    let last = 0;
    // What is held was searched, but for a line that may have been cut.
    for (let at = window.indexOf(FROM, Math.max(0, held - LINE - 1)); at >= 0; at = window.indexOf(FROM, at + 1)) {
      if (separatorEnd(window, at + 1) === undefined) continue;
      yield* message(window.subarray(last, at));
      last = at + 1;
    }
    held = window.length - last;
    own = withRoom(own, 0, held);
    window.copy(own, 0, last);
  }
  yield* message(own.subarray(0, held));
}

/** The buffer, or a larger one with the first `kept` bytes of it. */
function withRoom(buffer: Buffer, kept: number, more: number): Buffer {
  if (kept + more <= buffer.length) return buffer;
  const larger = Buffer.allocUnsafeSlow(Math.ceil((kept + more) * 1.5));
  buffer.copy(larger, 0, 0, kept);
  return larger;
}

function* message(source: Buffer): Generator<Uint8Array> {
  const start = separatorEnd(source, 0) ?? 0;
  if (start < source.length) yield source.subarray(start);
}

/** The position behind the separator line at `at`, if there is one. */
function separatorEnd(source: Buffer, at: number): number | undefined {
  const end = source.indexOf(10, at);
  const line = source.toString('latin1', at, Math.min(end < 0 ? source.length : end, at + LINE));
  return SEPARATOR.test(line) ? (end < 0 ? source.length : end + 1) : undefined;
}
