import type { Box } from '../ocr.ts';
import type { Point } from './components.ts';

/** The smallest rectangle around the points. Its angle is within 45° of level, so `width` runs across the image. */
export function smallestRectangle(points: Point[]): Box {
  const hull = convexHull(points);
  let best: Box | undefined;
  for (let i = 0; i < hull.length; i++) {
    const a = hull[i]!;
    const b = hull[(i + 1) % hull.length]!;
    const box = rectangleAt(hull, level(Math.atan2(b.y - a.y, b.x - a.x)));
    if (best === undefined || box.width * box.height < best.width * best.height) best = box;
  }
  return best ?? rectangleAt(hull, 0);
}

/** The same direction modulo quarter turns, between -45° and 45°. */
function level(angle: number): number {
  const quarter = Math.PI / 2;
  return angle - Math.round(angle / quarter) * quarter;
}

/** A pixel is a square, so a single one has width and height 1. */
function rectangleAt(hull: Point[], angle: number): Box {
  const cos = Math.cos(angle);
  const sin = Math.sin(angle);
  let [left, right, top, bottom] = [Infinity, -Infinity, Infinity, -Infinity];
  for (const { x, y } of hull) {
    const along = (x + 0.5) * cos + (y + 0.5) * sin;
    const across = (y + 0.5) * cos - (x + 0.5) * sin;
    left = Math.min(left, along);
    right = Math.max(right, along);
    top = Math.min(top, across);
    bottom = Math.max(bottom, across);
  }
  const along = (left + right) / 2;
  const across = (top + bottom) / 2;
  return {
    x: along * cos - across * sin,
    y: along * sin + across * cos,
    width: right - left + 1,
    height: bottom - top + 1,
    angle,
  };
}

/** Andrew's monotone chain. */
function convexHull(points: Point[]): Point[] {
  const sorted = points.toSorted((a, b) => a.x - b.x || a.y - b.y);
  if (sorted.length < 3) return sorted;
  return [...chain(sorted), ...chain(sorted.reverse())];
}

function chain(points: Point[]): Point[] {
  const hull: Point[] = [];
  for (const point of points) {
    while (hull.length >= 2 && turn(hull.at(-2)!, hull.at(-1)!, point) <= 0) hull.pop();
    hull.push(point);
  }
  hull.pop();
  return hull;
}

function turn(a: Point, b: Point, c: Point): number {
  return (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x);
}
