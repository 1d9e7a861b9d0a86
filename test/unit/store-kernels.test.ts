import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { kernelsModule, targetOf } from '../../src/build/kernels.mjs';
import { openKernel } from '../../src/store/sqlite/segments/kernel.ts';
import { impact } from '../../src/text/bm25.ts';
import { random } from '../support/random.ts';

it('are what their source compiles to', { timeout: 60_000 }, async () => {
  const folder = 'src/store/sqlite/segments';
  expect(readFileSync(targetOf(folder), 'utf8') === (await kernelsModule(folder))).toBe(true);
});

it('see every flipped bit and every cut', () => {
  const kernel = openKernel();
  for (const length of [1, 5, 63, 64, 65, 130, 200]) {
    const bytes = Uint8Array.from({ length }, (_, i) => (i * 37) & 255);
    const sums = new Set([kernel.sum(bytes), kernel.sum(bytes.subarray(0, length - 1))]);
    for (let bit = 0; bit < length * 8; bit++) {
      const flipped = bytes.slice();
      flipped[bit >> 3]! ^= 1 << (bit & 7);
      sums.add(kernel.sum(flipped));
    }
    expect(sums.has(kernel.sum(bytes))).toBe(true);
    expect(sums.size).toBeGreaterThan(length * 8);
  }
});

it.each([1, 5, 127, 128, 129, 1000, 5000])('give back a list of %i postings, and score it as the formula does', (n) => {
  const kernel = openKernel();
  const next = random(n);
  const ordinals = new Uint32Array(n);
  const tfs = new Uint32Array(n);
  for (let i = 0, at = 0; i < n; i++) {
    at += 1 + Math.floor(next() ** 4 * 300);
    ordinals[i] = at;
    tfs[i] = next() < 0.7 ? 1 : Math.floor(next() * 300);
  }
  const most = ordinals.at(-1)! + 1;
  const lengths = Uint16Array.from({ length: most }, () => 1 + Math.floor(next() * 1500));
  const region = (name: string, bytes: number) => kernel.region(name, bytes);
  const [a, b, l, out] = [region('a', 4 * n), region('b', 4 * n), region('l', 2 * most), region('out', 20 * n + 64)];
  const [head, back, backTfs] = [region('head', 8), region('back', 4 * n), region('back tfs', 4 * n)];
  const [acc, table] = [region('acc', 4 * most + 256), region('table', 4096)];
  const touched = region('touched', most / 64 + 16);
  kernel.u32(a, n).set(ordinals);
  kernel.u32(b, n).set(tfs);
  kernel.u16(l, most).set(lengths);
  const bytes = kernel.run.encode(a, b, n, l, out, head);
  const [largest, sum] = kernel.u32(head, 2) as unknown as [number, number];
  expect(kernel.run.decodeInto(out, n, bytes, sum, 0, 0, back, backTfs)).toBe(n);
  expect([...kernel.u32(back, n)]).toEqual([...ordinals]);
  expect([...kernel.u32(backTfs, n)]).toEqual([...tfs]);

  const shares = Array.from(ordinals, (ordinal, i) => impact(tfs[i]!, lengths[ordinal]!));
  expect(largest).toBe(Math.min(255, Math.ceil((Math.max(...shares) / 2.2) * 255)));
  expect(kernel.run.accumulate(out, n, bytes, sum, acc, touched, l, table, 3)).toBe(0);
  const sums = kernel.f32(acc, most);
  ordinals.forEach((ordinal, i) => {
    expect(sums[ordinal]).toBeCloseTo(3 * shares[i]!, 4);
  });
  const runs = new Set(Array.from(ordinals, (ordinal) => ordinal >> 6));
  const marks = kernel.bytes(touched, (most + 63) >> 6);
  expect([...marks.keys()].filter((run) => marks[run])).toEqual([...runs]);
  kernel.run.wipe(acc, most, touched);
  expect(kernel.f32(acc, most).every((value) => value === 0)).toBe(true);
  expect(marks.every((mark) => mark === 0)).toBe(true);

  const wanted = Uint32Array.from({ length: most }, (_, i) => i).filter(() => next() < 0.3);
  const [w, scores, seen] = [region('w', 4 * most), region('scores', 8 * most), region('seen', 4 * most)];
  kernel.u32(w, wanted.length).set(wanted);
  kernel.f64(scores, wanted.length).fill(0);
  kernel.u32(seen, wanted.length).fill(0);
  expect(kernel.run.rescore(out, n, bytes, sum, w, wanted.length, l, 3, scores, seen, 4)).toBe(0);
  const exact = new Map(Array.from(ordinals, (ordinal, i) => [ordinal, 3 * shares[i]!]));
  expect([...kernel.f64(scores, wanted.length)]).toEqual(Array.from(wanted, (ordinal) => exact.get(ordinal) ?? 0));
  expect([...kernel.u32(seen, wanted.length)]).toEqual(Array.from(wanted, (ordinal) => (exact.has(ordinal) ? 4 : 0)));

  const flipped = kernel.bytes(out, bytes);
  const at = Math.floor(next() * bytes);
  flipped[at]! ^= 1;
  expect(kernel.run.decodeInto(out, n, bytes, sum, 0, 0, back, backTfs)).toBe(-1);
});

it('find the k-th largest and what reaches it', () => {
  const kernel = openKernel();
  const next = random(3);
  const values = Float32Array.from({ length: 1003 }, () => (next() < 0.5 ? 0 : Math.fround(next())));
  const allowed = Uint8Array.from({ length: 126 }, () => Math.floor(next() * 256));
  const at = kernel.region('values', 4 * 1003);
  const bits = kernel.region('bits', 126);
  const heap = kernel.region('heap', 4 * 50);
  const out = kernel.region('out', 4 * 1003);
  kernel.f32(at, 1003).set(values);
  kernel.bytes(bits, 126).set(allowed);
  const passing = [...values.keys()].filter((i) => values[i]! > 0 && (allowed[i >> 3]! >> (i & 7)) & 1);
  const sorted = passing.map((i) => values[i]!).sort((x, y) => y - x);
  const kth = sorted[49]!;
  const best = (k: number, share: number, less: number, most: number) =>
    kernel.run.best(at, 1003, 0, bits, k, 0, share, less, heap, out, most);
  const reaching = (value: number) => passing.filter((i) => values[i]! >= value);
  expect([...kernel.u32(out, best(50, 1, 0, 1003))]).toEqual(reaching(kth));
  expect(kernel.f32(heap, 1)[0]).toBe(kth);
  // Room for less than were looked at on the way, and for less than there are.
  expect([...kernel.u32(out, best(50, 1, 0, 50))]).toEqual(reaching(kth));
  expect(best(50, 1, 0, 49)).toBe(50);
  expect([...kernel.u32(out, best(50, 0.5, 0.125, 1003))]).toEqual(reaching(Math.fround(kth * 0.5 - 0.125)));
  expect(kernel.f32(heap, 1)[0]).toBe(kth);
  expect([...kernel.u32(out, kernel.run.collect(at, 1003, 0, bits, kth, 0, out, 1003))]).toEqual(reaching(kth));
  kernel.region('heap', 4 * 1100);
  expect([
    ...kernel.u32(out, kernel.run.best(at, 1003, 0, bits, 1003, 0, 1, 0, kernel.region('heap', 0), out, 1003)),
  ]).toEqual(passing);
  expect(kernel.f32(kernel.region('heap', 0), 1)[0]).toBe(0);
});

it('look at no run of values that was not touched, and at every one that was', () => {
  const kernel = openKernel();
  const next = random(5);
  for (const [n, share] of [
    [1, 1],
    [64, 1],
    [1000, 0.3],
    [5000, 0.02],
    [20_003, 0.004],
    [20_003, 0],
  ] as const) {
    const runs = (n + 63) >> 6;
    const values = kernel.region('values', 4 * 64 * 320);
    const touched = kernel.region('touched', 336);
    const out = kernel.region('out', 4 * n);
    const heap = kernel.region('heap', 40);
    const at = kernel.f32(values, n);
    const marks = kernel.bytes(touched, runs + 16);
    at.fill(9);
    marks.fill(0);
    const real: number[] = [];
    for (let run = 0; run < runs; run++) {
      if (next() >= share) continue;
      marks[run] = 1;
      for (let i = run * 64; i < Math.min(n, run * 64 + 64); i++) {
        at[i] = next();
        real.push(i);
      }
    }
    const sorted = real.map((i) => at[i]!).sort((a, b) => b - a);
    const kth = sorted[9] ?? 0;
    const count = kernel.run.best(values, n, touched, 0, 10, 0, 1, 0, heap, out, n);
    expect(kernel.f32(heap, 1)[0]).toBe(kth);
    expect([...kernel.u32(out, count)]).toEqual(real.filter((i) => at[i]! >= kth));
    expect(kernel.run.collect(values, n, touched, 0, kth, 0, out, n)).toBe(count);
  }
});

it('gather the codes that differ least, the first of equals, and estimate each', () => {
  const popcount = (value: number) => value.toString(2).replaceAll('0', '').length;
  for (const words of [6, 8]) {
    const kernel = openKernel();
    const next = random(words);
    const bytes = 8 * words;
    const [n, near, room] = [2000, 50, 64];
    const filled = (name: string, size: number) => {
      const at = kernel.region(name, size);
      kernel.bytes(at, size).set(Uint8Array.from({ length: size }, () => Math.floor(next() * 256)));
      return at;
    };
    const [query, codes, bits] = [filled('query', bytes), filled('codes', n * bytes), filled('bits', n / 8)];
    const turned = kernel.region('turned', 32 * bytes);
    const components = Float32Array.from({ length: 8 * bytes }, () => Math.fround(next() - 0.5));
    kernel.f32(turned, 8 * bytes).set(components);
    const state = kernel.region('state', 64 + room * (8 + bytes));
    const histogram = kernel.region('histogram', 32 * bytes + 4);
    const table = kernel.region('table', bytes * 1024);
    const out = kernel.region('estimates', 4 * near);
    const code = (i: number) => kernel.bytes(codes + i * bytes, bytes);
    const asked = kernel.bytes(query, bytes);
    const all = Array.from({ length: n }, (_, slot) => ({
      slot: 10 + slot,
      distance: code(slot).reduce((sum, byte, i) => sum + popcount(byte ^ asked[i]!), 0),
    }));
    const passing = kernel.bytes(bits, n / 8);
    const right = all
      .filter(({ slot }) => slot < n && (passing[slot >> 3]! >> (slot & 7)) & 1)
      .sort((a, b) => a.distance - b.distance || a.slot - b.slot)
      .slice(0, near)
      .sort((a, b) => a.slot - b.slot);
    kernel.run.beginNearest(state, near, room);
    // In pieces, as from a file; slots begin at 10, and the last have no bit.
    kernel.run.nearest(query, codes, 700, words, 10, bits, state, histogram);
    kernel.run.nearest(query, codes + 700 * bytes, n - 710, words, 710, bits, state, histogram);
    expect(kernel.run.keepNearest(state, words, histogram)).toBe(near);
    expect([...kernel.u32(state + 64, near)]).toEqual(right.map(({ distance }) => distance));
    expect([...kernel.u32(state + 64 + 4 * room, near)]).toEqual(right.map(({ slot }) => slot));
    kernel.run.tableOf(turned, bytes, table);
    kernel.run.estimates(state, table, words, out);
    const estimates = kernel.f32(out, near);
    right.forEach(({ slot }, i) => {
      const own = code(slot - 10);
      const sum = components.reduce((total, x, d) => total + ((own[d >> 3]! >> (d & 7)) & 1 ? x : -x), 0);
      expect(estimates[i]).toBeCloseTo(sum, 3);
    });
  }
});
