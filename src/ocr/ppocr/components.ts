export interface Point {
  x: number;
  y: number;
}

/** Pixels that hang together, as the ends of their runs: enough for the convex hull. */
export interface Component {
  ends: Point[];
  pixels: number;
}

/** Connected regions (8 neighbours) of `map` above `threshold`; `map` is row-major. */
export function components(map: Float32Array, width: number, height: number, threshold: number): Component[] {
  const found: Component[] = [];
  const parent: number[] = [];
  const root = (label: number): number => {
    let at = label;
    while (parent[at] !== at) {
      parent[at] = parent[parent[at]!]!;
      at = parent[at]!;
    }
    return at;
  };
  let above: Run[] = [];
  for (let y = 0; y < height; y++) {
    const row = runs(map, y * width, width, threshold);
    let from = 0;
    for (const run of row) {
      while (from < above.length && above[from]!.end < run.start) from++;
      for (let i = from; i < above.length && above[i]!.start <= run.end; i++) {
        const other = root(above[i]!.label);
        if (run.label < 0) run.label = other;
        else if (root(run.label) !== other) join(found, parent, root(run.label), other);
      }
      if (run.label < 0) {
        run.label = parent.length;
        parent.push(run.label);
        found.push({ ends: [], pixels: 0 });
      }
      const component = found[root(run.label)]!;
      component.ends.push({ x: run.start, y }, { x: run.end - 1, y });
      component.pixels += run.end - run.start;
    }
    above = row;
  }
  return found.filter((component, label) => parent[label] === label && component.pixels > 0);
}

interface Run {
  start: number;
  /** Exclusive. */
  end: number;
  label: number;
}

function runs(map: Float32Array, offset: number, width: number, threshold: number): Run[] {
  const row: Run[] = [];
  for (let x = 0; x < width; x++) {
    if (map[offset + x]! <= threshold) continue;
    const start = x;
    while (x < width && map[offset + x]! > threshold) x++;
    row.push({ start, end: x, label: -1 });
  }
  return row;
}

/** The larger one takes the smaller one in, so that points move seldom. */
function join(found: Component[], parent: number[], a: number, b: number): void {
  const [large, small] = found[a]!.ends.length >= found[b]!.ends.length ? [a, b] : [b, a];
  parent[small] = large;
  for (const end of found[small]!.ends) found[large]!.ends.push(end);
  found[large]!.pixels += found[small]!.pixels;
  found[small] = { ends: [], pixels: 0 };
}
