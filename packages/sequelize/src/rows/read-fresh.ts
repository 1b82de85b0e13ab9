import type { BindingPlan } from '../binding/binding-plan.js';
import { redactRow } from '../binding/redact-row.js';
import { keyOfSubject } from './subject-key.js';

/** The data that the binding makes of a row as it is now. A row that is marked as deleted is gone. */
export async function readFresh(
  plan: BindingPlan,
  id: string,
  type: string,
): Promise<{ readonly data: unknown } | 'gone' | 'unknown'> {
  if (type === plan.destroyed) return 'unknown';
  const key = keyOfSubject(plan.model, id);
  if (key === null) return 'unknown';
  const query = { where: key, transaction: null, ...({ hooks: false, useMaster: true } as object) };
  const row = await plan.model.unscoped().findOne(query as never);
  if (row === null) return 'gone';
  return { data: await plan.data(redactRow(row, plan.redacted), { type, transaction: null }) };
}
