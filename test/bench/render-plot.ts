import type { Report, Result } from './bench.ts';
import { decimal } from './report.ts';
import { type Figure, figuresOf } from './rounds.ts';

const WIDTH = 760;
const LABEL_WIDTH = 240;
const BAR_WIDTH = 350;
const ROW_HEIGHT = 24;
const BAR_HEIGHT = 14;
const HEAD_HEIGHT = 40;
const MARGIN = 16;

/** Ours, and what it is compared with. */
const COLOURS = { ours: '#1f6feb', peer: '#8c959f' };
/** Of the bars of one row, which lie behind each other, the longest last. */
const OPACITIES = [1, 0.5, 0.25];
const PEERS = /^(bare|bull|by hand|emittery|eventemitter|not bound|npm )/i;

interface Kind {
  readonly title: string;
  readonly figures: readonly Figure[];
}

/** What is drawn, each where some result has it. */
const KINDS: readonly Kind[] = [
  { title: 'per second', figures: ['perSec'] },
  { title: 'CPU in ms per 1,000', figures: ['cpuMsPer1000'] },
  { title: 'ms: p50, p95, p99', figures: ['p50', 'p95', 'p99'] },
];

interface Panel {
  readonly title: string;
  readonly figures: readonly Figure[];
  readonly results: readonly Result[];
  /** What all names have in common, and the title says. */
  readonly group: string;
}

/** A report as bars, the lengths within one panel to scale; the line on a bar goes from the lowest round to the highest. */
export function renderPlot({ bench, results }: Report): string {
  const panels = panelsOf(results);
  const parts: string[] = [];
  let top = MARGIN;
  for (const panel of panels) {
    parts.push(drawPanel(panel, top));
    top += HEAD_HEIGHT + panel.results.length * ROW_HEIGHT;
  }
  const height = top + MARGIN;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" font-family="system-ui, sans-serif" font-size="12" role="img">`,
    `<title>${escaped(bench)}</title>`,
    `<rect width="${WIDTH}" height="${height}" fill="#ffffff"/>`,
    ...parts,
    '</svg>',
    '',
  ].join('\n');
}

function panelsOf(results: readonly Result[]): readonly Panel[] {
  const groupOf = grouping(results.map(({ name }) => name));
  const groups = [...new Set(results.map(({ name }) => groupOf(name)))];
  return KINDS.flatMap(({ title, figures }) =>
    groups.flatMap((group) => {
      const members = results.filter(
        (result) => groupOf(result.name) === group && figures.some((figure) => result[figure] !== undefined),
      );
      if (members.length === 0) return [];
      return [{ title: group ? `${group}: ${title}` : title, figures, results: members, group }];
    }),
  );
}

/** By the first part of the names or the last, whichever takes fewer values; not at all where no two share one. */
function grouping(names: readonly string[]): (name: string) => string {
  const candidates = [lastPart, firstPart];
  const sizes = candidates.map((partOf) => new Set(names.map(partOf)).size);
  const smallest = Math.min(...sizes);
  if (smallest === names.length || !names.every((name) => name.includes(', '))) return () => '';
  return candidates[sizes.indexOf(smallest)] ?? lastPart;
}

const firstPart = (name: string): string => name.split(', ')[0] ?? name;
const lastPart = (name: string): string => name.split(', ').at(-1) ?? name;

function drawPanel({ title, figures, results, group }: Panel, top: number): string {
  const longest = Math.max(
    ...results.flatMap((result) => figures.flatMap((figure) => highest(result, figure))),
  );
  const head = `<text x="${MARGIN}" y="${top + 20}" font-weight="600" fill="#1f2328">${escaped(title)}</text>`;
  const rows = results.map((result, index) =>
    drawRow(result, {
      figures,
      group,
      scale: BAR_WIDTH / longest,
      top: top + HEAD_HEIGHT - 8 + index * ROW_HEIGHT,
    }),
  );
  return [head, ...rows].join('\n');
}

interface RowLayout {
  readonly figures: readonly Figure[];
  readonly group: string;
  /** Pixels of one. */
  readonly scale: number;
  readonly top: number;
}

function drawRow(result: Result, { figures, group, scale, top }: RowLayout): string {
  const colour = PEERS.test(result.name) ? COLOURS.peer : COLOURS.ours;
  const drawn = figures.filter((figure) => result[figure] !== undefined);
  const bars = drawn.map((figure, index) => {
    const width = ((result[figure] ?? 0) * scale).toFixed(1);
    return `<rect x="${LABEL_WIDTH}" y="${top}" width="${width}" height="${BAR_HEIGHT}" fill="${colour}" opacity="${OPACITIES[index] ?? 1}"/>`;
  });
  const [only] = drawn;
  const range = drawn.length === 1 && only ? [drawRange(result, only, scale, top)] : [];
  const end = Math.max(...drawn.map((figure) => highest(result, figure)));
  const baseline = top + BAR_HEIGHT - 3;
  const values = drawn.map((figure) => decimal(result[figure] ?? 0)).join(' · ');
  return [
    `<text x="${LABEL_WIDTH - 8}" y="${baseline}" text-anchor="end" fill="#1f2328">${escaped(withoutGroup(result.name, group))}</text>`,
    ...bars.toReversed(),
    ...range,
    `<text x="${(LABEL_WIDTH + end * scale + 6).toFixed(1)}" y="${baseline}" fill="#59636e">${values}</text>`,
  ].join('\n');
}

function drawRange(result: Result, figure: Figure, scale: number, top: number): string {
  const values = figuresOf(result.rounds, figure);
  const middle = top + BAR_HEIGHT / 2;
  const [from, to] = [Math.min(...values), Math.max(...values)].map((value) =>
    (LABEL_WIDTH + value * scale).toFixed(1),
  );
  return `<line x1="${from}" y1="${middle}" x2="${to}" y2="${middle}" stroke="#1f2328" stroke-width="1.5"/>`;
}

/** Where the drawing of this figure ends: a line that tells of the rounds may go beyond its bar. */
function highest(result: Result, figure: Figure): number {
  const isAlone = figure === 'perSec' || figure === 'cpuMsPer1000';
  return Math.max(result[figure] ?? 0, ...(isAlone ? figuresOf(result.rounds, figure) : []));
}

function withoutGroup(name: string, group: string): string {
  const parts = name.split(', ');
  if (parts.length === 1 || group === '') return name;
  return (parts[0] === group ? parts.slice(1) : parts.slice(0, -1)).join(', ');
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
