import type { Logger } from '@hookline/core';

/** Errors alone are told: where the receiver is down on purpose there are warnings without end. */
export const quietLogger: Logger = {
  debug: () => {},
  info: () => {},
  warn: () => {},
  error: (fields, message) => void process.stderr.write(`${message} ${JSON.stringify(fields)}\n`),
};
