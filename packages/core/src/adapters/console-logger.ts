import type { Logger } from '../ports/logger.js';

/** The logger of a hub that was given none: warnings and errors to stderr, one line each. */
export const consoleLogger: Logger = {
  debug: () => {},
  info: () => {},
  warn: (fields, message) => write('warn', fields, message),
  error: (fields, message) => write('error', fields, message),
};

function write(level: string, fields: Readonly<Record<string, unknown>>, message: string): void {
  const known = Object.entries(fields).filter(([, value]) => value !== undefined);
  process.stderr.write(`[hookline] ${level}: ${message} ${JSON.stringify(Object.fromEntries(known))}\n`);
}
