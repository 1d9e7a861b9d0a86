import { describe, expect, it } from 'vitest';
import type { Line } from '../../src/ocr/ocr.ts';
import { supply } from '../../src/ocr/ppocr/align.ts';
import { decodeCtc } from '../../src/ocr/ppocr/decode.ts';
import { boxesOf } from '../../src/ocr/ppocr/detect.ts';
import { turnBox, turnImage } from '../../src/ocr/ppocr/turn.ts';
import { ocrText } from '../../src/readers/ocr-text.ts';

const line = (text: string, x: number, y: number, width: number, height = 20): Line => ({
  ...{ text, confidence: 0.9 },
  box: { x: x + width / 2, y, width, height, angle: 0 },
});
const textOf = (lines: Line[]) => ocrText({ width: 1000, height: 1000, turned: 0, lines }).text;

describe('the best path', () => {
  it('merges repeats, drops blanks, keeps doubled letters apart', () => {
    const alphabet = ['a', 'b'];
    const steps = [1, 1, 0, 1, 2, 2, 0];
    const probabilities = Float32Array.from(steps.flatMap((best) => [0, 1, 2].map((i) => (i === best ? 0.8 : 0.1))));
    const decoded = decodeCtc(probabilities, steps.length, alphabet);
    expect(decoded.text).toBe('aab');
    expect(decoded.steps).toEqual([0, 3, 4]);
    expect(decoded.confidence).toBeCloseTo(0.8);
  });
});

describe('boxes', () => {
  it('are grown around regions of the map; specks are left out', () => {
    const [width, height] = [100, 60];
    const map = new Float32Array(width * height);
    for (let y = 20; y < 30; y++) for (let x = 10; x < 90; x++) map[y * width + x] = 0.9;
    map[50 * width + 50] = 0.9;
    const [box, ...others] = boxesOf(map, width, height);
    expect(others).toEqual([]);
    expect(box!.x).toBeCloseTo(50, 0);
    expect(box!.y).toBeCloseTo(25, 0);
    expect(box!.height).toBeGreaterThan(18);
    expect(box!.angle).toBeCloseTo(0);
  });

  it('follow the image when it is turned', () => {
    const image = { width: 2, height: 1, data: Uint8Array.from([1, 1, 1, 2, 2, 2]) };
    const red = (turns: 1 | 2 | 3) => [...turnImage(image, turns).data].filter((_, i) => i % 3 === 0);
    expect(red(1)).toEqual([1, 2]);
    expect(red(2)).toEqual([2, 1]);
    expect(red(3)).toEqual([2, 1]);
    const box = { x: 10, y: 20, width: 30, height: 4, angle: 0 };
    expect(turnBox(box, 1, { width: 100, height: 50 })).toMatchObject({ x: 30, y: 10, width: 4, height: 30 });
    expect(turnBox(box, 2, { width: 100, height: 50 })).toMatchObject({ x: 90, y: 30 });
  });
});

describe('reading order', () => {
  it('takes columns one after the other, between what spans them', () => {
    const rows = [0, 1, 2, 3].flatMap((i) => [
      line(`left ${i}`, 0, 100 + i * 24, 400),
      line(`right ${i}`, 440, 100 + i * 24, 400),
    ]);
    const text = textOf([line('footer', 0, 300, 840), ...rows.reverse(), line('heading', 0, 40, 840)]);
    expect(text.match(/\w+( \d)?/g)!.join(' ')).toBe(
      'heading left 0 left 1 left 2 left 3 right 0 right 1 right 2 right 3 footer',
    );
  });

  it('reads a table row by row, joins Chinese lines and cut words', () => {
    const cells = [0, 1, 2, 3].flatMap((i) => [
      line(`k${i}`, 0, 100 + i * 24, 60),
      line(`v${i}`, 300, 100 + i * 24, 60),
    ]);
    expect(textOf(cells)).toBe('k0 v0\nk1 v1\nk2 v2\nk3 v3\n');
    expect(textOf([line('仓库每年清', 0, 0, 300), line('点两次。', 0, 24, 200)])).toBe('仓库每年清点两次。\n');
    expect(textOf([line('a light-', 0, 0, 300), line('house keeper', 0, 24, 200)])).toBe('a lighthouse keeper\n');
  });
});

describe('two readings of a line', () => {
  it('are merged where the second knows better', () => {
    const better = (mine: string | undefined, theirs: string) =>
      theirs === '責' || (mine === undefined && theirs === '說');
    expect(supply('由黄人明', '由責人說明', better)).toBe('由責人說明');
    expect(supply('abc', '', better)).toBe('abc');
  });
});
