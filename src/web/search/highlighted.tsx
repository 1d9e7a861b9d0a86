/** Text with what was asked for marked; ranges do not overlap. */
export function Highlighted({ text, ranges }: { text: string; ranges: [number, number][] }) {
  const pieces = [];
  let from = 0;
  for (const [start, end] of ranges) {
    if (start < from) continue;
    pieces.push(text.slice(from, start), <mark key={start}>{text.slice(start, end)}</mark>);
    from = end;
  }
  return (
    <>
      {pieces}
      {text.slice(from)}
    </>
  );
}
