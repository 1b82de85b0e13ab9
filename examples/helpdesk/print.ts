const COLUMN_WIDTHS = [29, 14, 11, 18];

export function printTitle(title: string): void {
  console.log(`\n${title}`);
}

export function printRow(...cells: readonly string[]): void {
  console.log(`  ${cells.map((cell, index) => cell.padEnd(COLUMN_WIDTHS[index] ?? 0)).join('')}`.trimEnd());
}

/** `evt_01JD...` by its last characters, which is enough to tell a few apart. */
export function shortId(id: string): string {
  return `${id.slice(0, id.indexOf('_') + 1)}..${id.slice(-6)}`;
}
