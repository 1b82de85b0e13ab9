import { ERRORS, type ErrorSpec } from './error-catalogue.js';

/** Names of the catalogue; an error's `code` is `ERR_HOOKLINE_` and the name. */
export type ErrorName = keyof typeof ERRORS;
export type ErrorCode = `ERR_HOOKLINE_${ErrorName}`;
export type ErrorDetails = Readonly<Record<string, unknown>>;

const BRAND = Symbol.for('hookline.error');

/** The one class of error that Hookline throws: branch on `code`. */
export class HooklineError extends Error {
  readonly code: ErrorCode;
  /** What to do about it. */
  readonly hint: string;
  readonly status: number;
  readonly expose: boolean;
  readonly details: ErrorDetails;

  constructor(name: ErrorName, details: ErrorDetails = {}, cause?: unknown) {
    const spec: ErrorSpec = ERRORS[name];
    super(fill(spec.message, details), cause === undefined ? undefined : { cause });
    this.name = 'HooklineError';
    this.code = `ERR_HOOKLINE_${name}`;
    this.hint = fill(spec.hint, details);
    this.status = spec.status;
    this.expose = spec.expose;
    this.details = details;
    Object.defineProperty(this, BRAND, { value: true });
  }

  /** The same as `status`, by the name that some error handlers of Express and Koa look for. */
  get statusCode(): number {
    return this.status;
  }
}

/** Tells our errors from others, also those of a second copy of this package (`instanceof` would not). */
export function isHooklineError(error: unknown): error is HooklineError {
  return typeof error === 'object' && error !== null && BRAND in error;
}

/** Whether it may go well later, without anything being changed. */
export function isStoreUnavailable(error: unknown): boolean {
  return isHooklineError(error) && error.code === 'ERR_HOOKLINE_STORE_UNAVAILABLE';
}

function fill(template: string, details: ErrorDetails): string {
  return template.replaceAll(/\{(\w+)\}/g, (whole, key: string) =>
    key in details ? String(details[key]) : whole,
  );
}

/** VALIDATION_FAILED for one field. */
export function invalidField(name: string, problem: string): HooklineError {
  return new HooklineError('VALIDATION_FAILED', {
    problem: `${name}: ${problem}`,
    fields: { [name]: problem },
  });
}

/** An error as fields of a log line: code, message and hint, and the cause's message. */
export function errorFields(error: unknown): Readonly<Record<string, unknown>> {
  if (!(error instanceof Error)) return { error: String(error) };
  const { code, hint } = error as { code?: unknown; hint?: unknown };
  const cause = error.cause instanceof Error ? error.cause : null;
  return { error: error.message, code, hint, cause: cause?.message, stack: (cause ?? error).stack };
}
