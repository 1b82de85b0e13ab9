/** What a sender posts: an event of 1 KB about one invoice. */
export function invoiceBody(index: number): Buffer {
  const lines = Array.from({ length: 9 }, (_, line) => ({
    id: `il_${index}_${line}`,
    amount: 1_000 + line,
    currency: 'eur',
    description: 'One month of the standard plan',
  }));
  const object = { id: `in_${index}`, object: 'invoice', customer: 'cus_1', paid: true, lines };
  return Buffer.from(
    JSON.stringify({ id: `evt_${index}`, type: 'invoice.paid', action: 'paid', data: { object } }),
  );
}
