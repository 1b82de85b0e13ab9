const LABEL_WIDTH = 28;

export function printTitle(title: string): void {
  console.log(`\n${title}`);
}

export function printRow(label: string, text: string): void {
  console.log(`  ${label.padEnd(LABEL_WIDTH)}${text}`);
}

/** `evt_01JD...` by its last characters, which is enough to tell a few apart. */
export function shortId(id: string): string {
  return `${id.slice(0, id.indexOf('_') + 1)}..${id.slice(-6)}`;
}
