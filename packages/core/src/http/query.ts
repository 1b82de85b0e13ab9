/** The query of a URL as one text per name: of a repeated one the first. Frameworks differ, so none of theirs is used. */
export function firstQueryValues(url: string): Readonly<Record<string, string>> {
  const start = url.indexOf('?');
  if (start === -1) return {};
  return Object.fromEntries([...new URLSearchParams(url.slice(start + 1))].reverse());
}
