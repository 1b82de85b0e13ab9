import { requestOf } from '../programs/messages.ts';
import type { InboundProgram, Stage } from '../stage.ts';

export const SECRET = 'shared secret of the sender';

/** A process that takes requests in. */
export function start(stage: Stage): Promise<InboundProgram> {
  return stage.startInbound(SECRET);
}

export function addressOf(process: InboundProgram): Promise<string> {
  return process.ask<string>({ kind: 'where' });
}

/** Until a listener has written, and has the whole process stand still before it is committed. */
export async function standing(process: InboundProgram): Promise<void> {
  const said = process.says('standing');
  process.tell({ kind: 'stand-still' });
  await said;
}

/** Whether each request that was sent had one effect. */
export function effectProblems(sent: readonly string[], references: readonly string[]): readonly string[] {
  const requests = references.map(requestOf);
  const had = new Set(requests);
  const missing = sent.filter((request) => !had.has(request)).length;
  const repeated = requests.length - had.size;
  return [
    ...(missing > 0 ? [`${missing} requests had no effect`] : []),
    ...(repeated > 0 ? [`${repeated} effects more than requests that had any`] : []),
  ];
}
