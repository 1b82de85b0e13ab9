import { WAY_GROUPS } from './all-ways.js';
import type { Observed } from './matrix.js';
import { AFTER, BEFORE, UNSEEN } from './sequelize-docs-text.js';
import { CAPTURES, type Capture, type Seen, type SeenRow, type Way, type WayGroup } from './way.js';

/** The page docs/sequelize.md. */
export function renderSequelizeDocs(observed: Observed): string {
  const tables = WAY_GROUPS.map((group) => renderGroup(group, observed));
  return [BEFORE, ...tables, UNSEEN, renderUnseen(observed), AFTER].join('\n\n').concat('\n');
}

function renderGroup({ title, intro, ways }: WayGroup, observed: Observed): string {
  const rows = ways.map((way) => {
    const [first = '', ...others] = CAPTURES.map((capture) =>
      renderCell(way, capture, observed.get(way)?.[capture] ?? []),
    );
    const cells = [way.title, first, ...others.map((cell) => (cell === first ? 'the same' : cell))];
    return `| ${cells.map(inCell).join(' | ')} |`;
  });
  const head = ['| write | hooks | triggers |', '|---|---|---|'];
  return [`### ${title}`, ...(intro ? [intro] : []), [...head, ...rows].join('\n')].join('\n\n');
}

function renderCell(way: Way, capture: Capture, seen: readonly Seen[]): string {
  const exception = way[capture];
  if (!exception) return seen.length === 0 ? 'no event' : inWords(seen);
  return seen.length === 0 ? `not seen: ${exception.reason}` : `${inWords(seen)}<br>(${exception.reason})`;
}

/** Rows with the same event share a line. */
function inWords(seen: readonly Seen[]): string {
  const lines = new Map<string, string[]>();
  for (const each of seen) {
    const { subject, text } = 'row' in each ? rowInWords(each) : summaryInWords(each);
    lines.set(text, [...(lines.get(text) ?? []), subject]);
  }
  return [...lines].map(([text, subjects]) => text.replace('%', subjects.join(', '))).join('<br>');
}

function rowInWords({ kind, row, changes, wrong }: SeenRow) {
  const [model, id = ''] = row.split(' ');
  const diff = Object.entries(changes).map(([name, [from, to]]) => `${name}: ${show(from)} → ${show(to)}`);
  const problem = wrong ? ` (wrong: ${wrong.join(', ')})` : '';
  const tail = diff.length > 0 ? `: \`${diff.join(', ')}\`` : '';
  return { subject: id.includes(',') ? `(${id})` : id, text: `${kind} ${model} %${tail}${problem}` };
}

function summaryInWords({ account, data }: Exclude<Seen, SeenRow>) {
  const { model, operation, count, attributes } = data as Readonly<Record<string, unknown>>;
  const written = attributes ? ` (\`${String(attributes)}\`)` : '';
  return { subject: '', text: `summary of account ${account}: ${count} ${model} ${operation}${written}%` };
}

function show(value: unknown): string {
  return typeof value === 'string' && value !== '' ? value : JSON.stringify(value);
}

function inCell(text: string): string {
  return text.replaceAll('|', '\\|');
}

/** What triggers saw and hooks did not, by the reason. */
function renderUnseen(observed: Observed): string {
  const byReason = new Map<string, string[]>();
  for (const [way, { hooks, trigger }] of observed) {
    if (!way.hooks || hooks.length >= trigger.length) continue;
    byReason.set(way.hooks.reason, [...(byReason.get(way.hooks.reason) ?? []), way.title]);
  }
  return [...byReason]
    .map(([reason, titles]) =>
      [`- ${capitalized(reason)}:`, ...titles.map((title) => `  - ${title}`)].join('\n'),
    )
    .join('\n');
}

function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
