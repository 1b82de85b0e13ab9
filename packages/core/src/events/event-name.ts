const EVENT_TYPE = /^[a-z][a-z0-9_]*(\.[a-z0-9_]+)*$/;
const MAX_LENGTH = 128;

export function isEventType(name: string): boolean {
  return name.length <= MAX_LENGTH && EVENT_TYPE.test(name);
}

/** `conversation.status_changed` gives `conversationStatusChanged`. */
export function toMethodName(type: string): string {
  return type.replaceAll(/[._]+([a-z0-9])/g, (_, first: string) => first.toUpperCase());
}

/** The candidate with the least edit distance (Levenshtein), up to `maxDistance`, by default a third of the name. */
export function nearest(
  name: string,
  candidates: Iterable<string>,
  maxDistance = Math.max(2, Math.floor(name.length / 3)),
): string | null {
  let best: string | null = null;
  let bestDistance = maxDistance + 1;
  for (const candidate of candidates) {
    const distance = editDistance(name, candidate);
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, substitution));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
