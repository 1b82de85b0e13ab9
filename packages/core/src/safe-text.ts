/** Postgres text takes no NUL, and what others wrote may hold anything. */
export function safeText(text: string, maxLength = Number.POSITIVE_INFINITY): string {
  return text.slice(0, maxLength).replaceAll('\0', '\uFFFD');
}

/** Whether an id of the app's can be stored and compared: a whole number, or text without control characters. */
export function isStorableId(value: unknown): value is string | number {
  if (typeof value === 'number') return Number.isSafeInteger(value);
  return typeof value === 'string' && value.length > 0 && value.length <= 255 && !/\p{Cc}/u.test(value);
}
