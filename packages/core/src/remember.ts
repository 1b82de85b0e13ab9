const MAX_REMEMBERED = 1_000;

/** Answers as `find` does, and remembers it; of keys without end it forgets all from time to time. */
export function remember<Value>(find: (key: string) => Value, max = MAX_REMEMBERED): (key: string) => Value {
  const known = new Map<string, Value>();
  return (key) => {
    const remembered = known.get(key);
    if (remembered !== undefined) return remembered;
    const found = find(key);
    if (known.size >= max) known.clear();
    known.set(key, found);
    return found;
  };
}
