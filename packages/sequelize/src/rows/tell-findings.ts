import { isHooklineError, type NewEvent } from '@hookline/core';
import { errorFields } from '@hookline/core/adapter';
import type { Transaction } from 'sequelize';
import type { BindingPlan } from '../binding/binding-plan.js';

/** What was found out about a row, as an event to be. */
export interface Finding {
  readonly kind: 'created' | 'updated' | 'destroyed';
  readonly event: NewEvent;
}

/** Stores the events in the transaction. Answers those that could be: another one is logged and passed over. */
export async function tellFindings(
  plan: BindingPlan,
  findings: readonly Finding[],
  transaction: Transaction,
): Promise<readonly Finding[]> {
  if (findings.length === 0) return [];
  const events = findings.map(({ event }) => ({ ...event, snapshot: true as const, context: {} }));
  try {
    await plan.hub.dispatchAll(events, { transaction });
    return findings;
  } catch (error) {
    if (!isOfOneEvent(error)) throw error;
    if (findings.length > 1) return tellEach(plan, findings, transaction);
    passOver(plan, findings[0]?.event.subject, error);
    return [];
  }
}

async function tellEach(
  plan: BindingPlan,
  findings: readonly Finding[],
  transaction: Transaction,
): Promise<readonly Finding[]> {
  const told: Finding[] = [];
  for (const finding of findings) told.push(...(await tellFindings(plan, [finding], transaction)));
  return told;
}

const OF_ONE_EVENT = ['ERR_HOOKLINE_EVENT_DATA_INVALID', 'ERR_HOOKLINE_EVENT_TOO_LARGE'];

/** Found out before any of them is written. */
function isOfOneEvent(error: unknown): boolean {
  return isHooklineError(error) && OF_ONE_EVENT.includes(error.code);
}

export function passOver({ hub }: BindingPlan, subject: NewEvent['subject'], error: unknown): void {
  hub.logger?.error({ subject, ...errorFields(error) }, 'a row was not reconciled');
}
