const NOTE = 'Please ring twice and leave the parcel with the neighbours if nobody opens the door. '.repeat(
  4,
);

/** What the events of the benches tell of; as JSON, with what is around it, 1 KB. */
export function orderOf(number: number) {
  return {
    order: {
      id: number,
      reference: `ORD-${String(number).padStart(8, '0')}`,
      status: 'paid',
      currency: 'EUR',
      totalCents: 12_480,
      placedAt: '2026-11-02T09:30:00.000Z',
      customer: { id: 4_711, name: 'Ada Lovelace', email: 'ada@example.com', locale: 'en-GB' },
      items: [
        { sku: 'TEA-0001', title: 'Darjeeling, first flush', quantity: 2, priceCents: 2_490 },
        { sku: 'TEA-0002', title: 'Sencha, spring harvest', quantity: 1, priceCents: 3_250 },
        { sku: 'POT-0017', title: 'Cast iron pot, 0.8 litres', quantity: 1, priceCents: 4_250 },
      ],
      note: NOTE,
    },
  };
}
