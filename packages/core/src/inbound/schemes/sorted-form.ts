import { decodeText } from '../request-json.js';

/** The fields of a form, name and value without anything between, in the order of their names; of values that repeat one. */
export function sortedForm(body: Uint8Array): string {
  return sortedFields(new URLSearchParams(decodeText(body)), true);
}

export function sortedFields(fields: URLSearchParams, isRepeatedOnce: boolean): string {
  return namesOf(fields)
    .flatMap((name) => {
      const values = fields.getAll(name);
      const own = isRepeatedOnce ? [...new Set(values)] : values;
      return own.sort().map((value) => name + value);
    })
    .join('');
}

export function namesOf(fields: URLSearchParams): readonly string[] {
  return [...new Set(fields.keys())].sort();
}

const FORM = /^\s*application\/x-www-form-urlencoded\b/i;

export function isForm(contentType: string | null): boolean {
  return contentType !== null && FORM.test(contentType);
}
