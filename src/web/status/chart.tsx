import { useRef } from 'react';
import { useWidth } from './measured-width.ts';

export interface Line {
  name: string;
  values: number[];
}

interface Props {
  label: string;
  lines: Line[];
  /** Of each value. */
  dates: string[];
  /** Of the first and the last one, short: they stand below. */
  ends: [string, string];
}

const USUAL = 640;
const HEIGHT = 230;
const LEFT = 34;
const RIGHT = 118;
const TOP = 12;
const BOTTOM = 28;

/** Shares over time: the axis begins below the lowest value, at a whole fifth, so that its four steps are round numbers. */
export function Chart({ label, lines, dates, ends }: Props) {
  const svg = useRef<SVGSVGElement>(null);
  const width = Math.max(280, useWidth(svg, USUAL));
  const lowest = Math.min(...lines.flatMap(({ values }) => values));
  const base = Math.max(0, Math.floor((lowest - 0.02) * 5) / 5);
  const count = dates.length;
  const x = (i: number) =>
    count === 1 ? (width - RIGHT + LEFT) / 2 : LEFT + (i / (count - 1)) * (width - LEFT - RIGHT);
  const y = (value: number) => TOP + (1 - (value - base) / (1 - base || 1)) * (HEIGHT - TOP - BOTTOM);
  const ticks = Array.from({ length: 5 }, (_, i) => base + ((1 - base) * i) / 4);
  const names = apart(lines.map(({ values }) => y(values.at(-1)!)));
  return (
    <svg ref={svg} className="chart" viewBox={`0 0 ${width} ${HEIGHT}`} role="img" aria-label={label}>
      {ticks.map((tick) => (
        <g key={tick} className="tick">
          <path d={`M${LEFT} ${y(tick)}H${width - RIGHT}`} />
          <text x={LEFT - 6} y={y(tick) + 3.5} textAnchor="end">
            {tick.toFixed(2)}
          </text>
        </g>
      ))}
      {lines.map(({ name, values }, n) => (
        <g key={name} className={`line line-${n}`}>
          <path
            d={values.map((value, i) => `${i === 0 ? 'M' : 'L'}${x(i).toFixed(1)} ${y(value).toFixed(1)}`).join('')}
          />
          {values.map((value, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a run has no other name
            <circle key={i} cx={x(i)} cy={y(value)} r="3.2">
              <title>{`${name} ${value.toFixed(3)}, ${dates[i]}`}</title>
            </circle>
          ))}
          <path d={`M${width - RIGHT + 12} ${names[n]!}h20`} />
          <text x={width - RIGHT + 40} y={names[n]! + 4}>
            {name}
          </text>
        </g>
      ))}
      <g className="tick">
        <text x={x(0)} y={HEIGHT - 8} textAnchor={count === 1 ? 'middle' : 'start'}>
          {ends[0]}
        </text>
        {count > 1 && (
          <text x={x(count - 1)} y={HEIGHT - 8} textAnchor="end">
            {ends[1]}
          </text>
        )}
      </g>
    </svg>
  );
}

const LINE_HEIGHT = 15;

/** Heights of names at the ends of lines, moved so that none lies on another. */
function apart(heights: number[]): number[] {
  const order = heights.map((height, i) => ({ height, i })).sort((a, b) => a.height - b.height);
  const placed = [...heights];
  let free = 0;
  for (const { height, i } of order) {
    placed[i] = Math.max(height, free);
    free = placed[i] + LINE_HEIGHT;
  }
  return placed;
}

/** A small line without axes, beside its numbers. */
export function Sparkline({ values, label }: { values: number[]; label: string }) {
  const [width, height] = [96, 24];
  const low = Math.min(...values, 0.9);
  const x = (i: number) => (values.length === 1 ? width - 4 : 3 + (i / (values.length - 1)) * (width - 7));
  const y = (value: number) => 4 + (1 - (value - low) / (1 - low || 1)) * (height - 8);
  return (
    <svg className="sparkline" viewBox={`0 0 ${width} ${height}`} role="img" aria-label={label}>
      <path d={values.map((value, i) => `${i === 0 ? 'M' : 'L'}${x(i).toFixed(1)} ${y(value).toFixed(1)}`).join('')} />
      <circle cx={x(values.length - 1)} cy={y(values.at(-1)!)} r="2.6" />
    </svg>
  );
}
