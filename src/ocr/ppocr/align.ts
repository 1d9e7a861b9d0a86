/**
 * `base` with what `other` has in its places, where `better` says so: of two readings of a line the second is asked only for what the
 * first could not know. `mine` is undefined where `base` has nothing. Places are found by edit distance.
 */
export function supply(
  base: string,
  other: string,
  better: (mine: string | undefined, theirs: string) => boolean,
): string {
  const a = [...base];
  const b = [...other];
  const columns = b.length + 1;
  const cost = new Uint16Array((a.length + 1) * columns);
  for (let i = 0; i <= a.length; i++)
    for (let j = 0; j <= b.length; j++) {
      if (i === 0 || j === 0) cost[i * columns + j] = i + j;
      else
        cost[i * columns + j] = Math.min(
          cost[(i - 1) * columns + j]! + 1,
          cost[i * columns + j - 1]! + 1,
          cost[(i - 1) * columns + j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1),
        );
    }
  const merged: string[] = [];
  for (let i = a.length, j = b.length; i > 0 || j > 0; ) {
    const here = cost[i * columns + j]!;
    if (i > 0 && j > 0 && here === cost[(i - 1) * columns + j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)) {
      merged.push(better(a[--i]!, b[--j]!) ? b[j]! : a[i]!);
    } else if (i > 0 && here === cost[(i - 1) * columns + j]! + 1) merged.push(a[--i]!);
    else if (better(undefined, b[--j]!)) merged.push(b[j]!);
  }
  return merged.reverse().join('');
}
