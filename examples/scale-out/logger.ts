import type { Logger } from '@hookline/core';

/** Lines of JSON, for whatever collects them. Your app has pino, which fits as it is. */
export const logger: Logger = {
  debug: (fields, message) => write('debug', fields, message),
  info: (fields, message) => write('info', fields, message),
  warn: (fields, message) => write('warn', fields, message),
  error: (fields, message) => write('error', fields, message),
};

function write(level: string, fields: Readonly<Record<string, unknown>>, message: string): void {
  process.stdout.write(`${JSON.stringify({ level, message, ...fields })}\n`);
}
