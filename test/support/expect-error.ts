import { type ErrorName, type HooklineError, isHooklineError } from '@hookline/core';
import { AssertionError } from 'chai';

/** Runs what should fail with an error of the catalogue, and answers the error for a closer look. */
export async function expectError(name: ErrorName, action: () => unknown): Promise<HooklineError> {
  try {
    await action();
  } catch (error) {
    if (isHooklineError(error) && error.code === `ERR_HOOKLINE_${name}`) return error;
    throw error;
  }
  throw new AssertionError(`expected ERR_HOOKLINE_${name}, but nothing was thrown`);
}
