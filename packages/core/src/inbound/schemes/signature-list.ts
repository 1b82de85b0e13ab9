/** How a header holds several items, such as `t=1700000000,v1=...,v1=...` or `v1,... v1a,...`. */
export interface ListFormat {
  /** What stands between two items. */
  readonly separator: ',' | ';' | ' ' | '&';
  /** What stands between an item's label and its value; null where items have no labels. */
  readonly assign: '=' | ',' | '|' | null;
}

export interface ListItem {
  readonly label: string | null;
  readonly value: string;
}

/** The items of a signature header; without a format the whole header is one. */
export function parseSignatureHeader(header: string, format: ListFormat | null): readonly ListItem[] {
  if (format === null) return [{ label: null, value: header }];
  const items: ListItem[] = [];
  for (const part of header.split(format.separator)) {
    const item = trimBlanks(part);
    if (item !== '') items.push(toItem(item, format.assign));
  }
  return items;
}

function toItem(item: string, assign: ListFormat['assign']): ListItem {
  const at = assign === null ? -1 : item.indexOf(assign);
  return at < 0 ? { label: null, value: item } : { label: item.slice(0, at), value: item.slice(at + 1) };
}

/** Blanks and tabs, as HTTP has them; `trim` takes more, and so would forgive what was changed on the way. */
function trimBlanks(text: string): string {
  let [from, to] = [0, text.length];
  while (from < to && isBlank(text.charCodeAt(from))) from += 1;
  while (to > from && isBlank(text.charCodeAt(to - 1))) to -= 1;
  return text.slice(from, to);
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09;
}
