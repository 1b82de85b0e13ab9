import { invalidField } from '../errors.js';
import type { Subject } from './event.js';

/** Under this symbol an object tells of which subject it is: a row of a bound model does. */
export const SUBJECT = Symbol.for('hookline.subject');

/** The subject that is meant: itself, or that of a row. Throws VALIDATION_FAILED for what is neither. */
export function subjectOf(value: unknown): Subject {
  const own = (value as { readonly [SUBJECT]?: Subject } | null)?.[SUBJECT];
  const subject = own ?? (value as Subject);
  checkSubject(subject);
  return subject;
}

/** An id that is undefined would find nothing, and that would look like an answer. Throws VALIDATION_FAILED. */
export function checkSubject(subject: Subject): void {
  const { type, id }: Partial<Subject> = subject ?? {};
  if (typeof type !== 'string' || type === '') throw invalidField('subject.type', 'expected a text');
  const isId = typeof id === 'string' ? id !== '' : Number.isFinite(id);
  if (!isId) throw invalidField('subject.id', 'expected a text or a number');
}
