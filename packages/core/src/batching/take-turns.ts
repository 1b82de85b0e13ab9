/**
 * The same items, so that of the first `count` each owner has as many as any other, as far as there are: whoever has many
 * waiting keeps nobody else waiting. Items of one owner keep their order.
 */
export function takeTurns<Item>(
  items: readonly Item[],
  count: number,
  ownerOf: (item: Item) => string,
): readonly Item[] {
  if (items.length <= count) return items;
  const byOwner = new Map<string, Item[]>();
  for (const item of items) {
    const owner = ownerOf(item);
    const own = byOwner.get(owner);
    if (own === undefined) byOwner.set(owner, [item]);
    else own.push(item);
  }
  if (byOwner.size === 1) return items;
  const first = new Set<Item>();
  for (let round = 0; first.size < count; round++) {
    for (const own of byOwner.values()) {
      const item = own[round];
      if (item !== undefined && first.size < count) first.add(item);
    }
  }
  return [...first, ...items.filter((item) => !first.has(item))];
}
