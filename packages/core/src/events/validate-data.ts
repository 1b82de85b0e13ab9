import type { StandardSchemaV1 } from '@standard-schema/spec';
import { HooklineError } from '../errors.js';
import { isThenable } from '../thenable.js';

/** The schema's output; a promise of it only where the schema answers with one. Throws EVENT_DATA_INVALID with its issues. */
export function validateData(type: string, schema: StandardSchemaV1, data: unknown): unknown {
  const result = schema['~standard'].validate(data);
  return isThenable(result) ? result.then((settled) => outputOf(type, settled)) : outputOf(type, result);
}

function outputOf(type: string, result: StandardSchemaV1.Result<unknown>): unknown {
  if (!result.issues) return result.value;
  const issues = result.issues.map((issue) => ({ path: pathOf(issue), message: issue.message }));
  const problem = issues
    .map((issue) => (issue.path ? `${issue.path}: ${issue.message}` : issue.message))
    .join('; ');
  throw new HooklineError('EVENT_DATA_INVALID', { type, problem, issues });
}

function pathOf(issue: StandardSchemaV1.Issue): string {
  return (issue.path ?? []).map((part) => String(typeof part === 'object' ? part.key : part)).join('.');
}
