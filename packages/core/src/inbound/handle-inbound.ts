import type { Intake } from '../events/intake.js';
import type { InboundResult } from '../hub.js';
import type { Clock } from '../ports/clock.js';
import { buildReceipt } from './build-receipt.js';
import { buildInboundEvent, depthOf, type InboundEventDeps } from './inbound-event.js';
import { type RequestInput, toReceived } from './inbound-request.js';
import type { AnySource } from './source.js';

export interface InboundDeps extends InboundEventDeps {
  readonly clock: Clock;
  readonly intake: Pick<Intake, 'hold' | 'record' | 'passUnheard'>;
}

/**
 * The story of an inbound request: verify → build its receipt and event → record both, once → hand the event over.
 *
 * It is answered only when it is stored, so that a sender sends again what was not. Throws what the source's
 * `verify` throws.
 */
export async function handleInbound(
  deps: InboundDeps,
  name: string,
  source: AnySource,
  input: RequestInput,
): Promise<InboundResult> {
  const receivedAt = deps.clock.now();
  const request = toReceived(input);
  const verified = await source.verify(request, receivedAt);
  const receiptId = deps.ids.next('rct');
  const event = buildInboundEvent(deps, {
    name,
    verified,
    receiptId,
    timestamp: receivedAt,
    account: source.accountOf(verified, request),
    chain: { depth: depthOf(request) },
  });
  const receipt = buildReceipt({ name, source, request, verified, receiptId, event, receivedAt });
  return deps.intake.hold(event, false, async () => {
    const isNew = await deps.intake.record({ receipt, event });
    if (!isNew) return { isNew, webhook: verified };
    deps.intake.passUnheard(event);
    return { isNew, webhook: verified, receiptId: receipt.id, eventId: event.id };
  });
}
